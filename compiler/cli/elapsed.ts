/** Milliseconds since the process started; the global `performance` would load a dozen modules of Node for it. */
export function elapsedMs(): number {
  return process.uptime() * 1000;
}
