/** What the value of an option has to be, besides undefined. `any`: somebody else looks closer at it. */
export type OptionKind = "boolean" | "number" | "string" | "function" | "list" | "object" | "any";

/** The kind of every option that a function takes. */
export type OptionKinds<Options> = Readonly<Record<keyof Options & string, OptionKind>>;

/** As found in an error: `5`, `"yes"`, `null`, `a function`, `a list`. */
function describe(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "function") return "a function";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" && value !== null ? "an object" : String(value);
}

function isOf(kind: OptionKind, value: unknown): boolean {
  if (kind === "any") return true;
  if (kind === "list") return Array.isArray(value);
  if (kind === "object") return typeof value === "object" && value !== null && !Array.isArray(value);
  return typeof value === kind;
}

const names: Readonly<Record<OptionKind, string>> = {
  boolean: "true or false",
  number: "a number",
  string: "a string",
  function: "a function",
  list: "a list",
  object: "an object",
  any: "anything",
};

/**
 * Refuses options that nobody would read, as `authenticated` for `authenticate`, and values that would be taken for something else.
 * @param where `createServer`
 * @throws TypeError that names the option, what was found and what is expected
 */
export function checkOptionKinds<Options extends object>(
  where: string,
  options: Options,
  kinds: OptionKinds<Options>,
): void {
  if (!isOf("object", options)) throw new TypeError(`${where} takes an object of options; found ${describe(options)}.`);
  const known: Readonly<Record<string, OptionKind>> = kinds;
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue;
    const kind = Object.hasOwn(known, name) ? known[name] : undefined;
    if (kind === undefined)
      throw new TypeError(`"${name}" is not an option of ${where}. Options are ${Object.keys(known).join(", ")}.`);
    if (!isOf(kind, value))
      throw new TypeError(`The option "${name}" must be ${names[kind]}; found ${describe(value)}.`);
  }
}
