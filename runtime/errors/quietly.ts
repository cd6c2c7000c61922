/** Runs a hook of the user's; what it throws is its own fault and must not become the outcome of anything here. */
export function quietly(hook: () => void): void {
  try {
    hook();
  } catch {
    // Nobody asked for it.
  }
}
