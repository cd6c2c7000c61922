/**
 * The child's side of `child.mjs`: answers requests by name until the parent disconnects, then ends the process.
 * @param {Readonly<Record<string, (params: any) => unknown>>} methods
 */
export function respond(methods) {
  process.on("message", async (/** @type {any} */ { id, method, params }) => {
    try {
      process.send?.({ id, result: await methods[method](params) });
    } catch (error) {
      process.send?.({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
  });
  process.once("disconnect", () => process.exit(0));
}
