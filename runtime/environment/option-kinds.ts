import { describeValue, mustBe } from "../errors/wrong-value.ts";

/** What the value of an option has to be, besides undefined. `any`: somebody else looks closer at it. */
export type OptionKind = "boolean" | "number" | "string" | "function" | "list" | "object" | "any";

/** The kind of every option that a function takes. */
export type OptionKinds<Options> = Readonly<Record<keyof Options & string, OptionKind>>;

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
  if (!isOf("object", options))
    throw new TypeError(`${where} takes an object of options; found ${describeValue(options)}.`);
  const known: Readonly<Record<string, OptionKind>> = kinds;
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue;
    const kind = Object.hasOwn(known, name) ? known[name] : undefined;
    if (kind === undefined)
      throw new TypeError(`"${name}" is not an option of ${where}. Options are ${Object.keys(known).join(", ")}.`);
    if (!isOf(kind, value)) throw new TypeError(mustBe(`The option "${name}"`, names[kind], value));
  }
}

/** What an object has to have that is given as an option, or in one. */
export interface OptionParts {
  /** The option. */
  readonly name: string;
  readonly parts: Readonly<Record<string, OptionKind>>;
  /** Where such objects come from: `createHealth() of "@rpcgen/runtime/health"`. */
  readonly maker: string;
}

/**
 * Refuses an object that would be found incomplete only when it is used, long after it was given.
 * @returns the object
 * @throws TypeError that names the part, what was found in its place and who makes such objects
 */
export function checkOptionParts<T>(value: T, { name, parts, maker }: OptionParts): T {
  for (const [part, kind] of Object.entries(parts)) {
    const found = (value as Readonly<Record<string, unknown>> | null)?.[part];
    if (isOf(kind, found)) continue;
    throw new TypeError(`${mustBe(`"${part}" of the option "${name}"`, names[kind], found)} ${maker} makes one.`);
  }
  return value;
}
