/** Where consoles of Node look for what to print in place of all members, private ones included. */
const inspect: symbol = /* @__PURE__ */ Symbol.for("nodejs.util.inspect.custom");

/**
 * Lets consoles print one short line about objects that are handed to users: what tells one from others, nothing of what it holds. Called in a static
 * block of the class.
 */
export function showAs<T extends object>(
  type: { readonly prototype: T },
  name: string,
  factsOf: (value: T) => Readonly<Record<string, unknown>>,
): void {
  const value = function (this: T): string {
    return `${name} ${JSON.stringify(factsOf(this))}`;
  };
  Object.defineProperty(type.prototype, inspect, { value });
}
