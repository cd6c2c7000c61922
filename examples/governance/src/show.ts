/** Prints what a policy did; a line that does not hold makes the program fail. */
export function show(policy: string, text: string, holds: boolean): void {
  console.log(`${holds ? "✓" : "✗"} ${policy.padEnd(20)} ${text}`);
  if (!holds) process.exitCode = 1;
}
