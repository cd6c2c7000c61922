/**
 * The child's side of `child.mjs`: answers requests by name until the parent disconnects, then ends the process.
 * @param {Readonly<Record<string, (params: any) => unknown>>} methods
 */
export function respond(methods) {
  process.on("message", async (/** @type {any} */ { id, method, params }) => {
    const outcome = await outcomeOf(() => methods[method](params));
    // A parent that has gone while this process was busy waits for no answer.
    process.send?.({ id, ...outcome }, () => undefined);
  });
  process.once("disconnect", () => process.exit(0));
}

/** @param {() => unknown} work @returns {Promise<{ readonly result: unknown } | { readonly error: string }>} */
async function outcomeOf(work) {
  try {
    return { result: await work() };
  } catch (error) {
    return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
