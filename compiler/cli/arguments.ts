import { closest } from "../diagnostics/suggest.ts";
import { type CommandSpec, commands, type OptionSpec } from "./command-table.ts";
import { readPlainly } from "./plain-arguments.ts";

/** A command line that makes no sense; the message says what to write instead. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Options and arguments of a command, checked against its table. */
export interface ParsedArguments {
  readonly positional: readonly string[];
  text(name: string): string | undefined;
  flag(name: string): boolean;
  /** False only when the option was switched off by `--no-name`. */
  isOn(name: string): boolean;
  number(name: string): number | undefined;
}

/** Finds a command. Throws a {@link UsageError} with a suggestion for an unknown one. */
export function findCommand(name: string): CommandSpec {
  const found = commands.find((command) => command.name === name);
  if (found !== undefined) return found;
  const names = commands.map((command) => command.name);
  const guess = name.endsWith(".rpc") ? `compile ${name}` : closest(name, names);
  throw new UsageError(
    `there is no command "${name}"${guess === undefined ? `; commands are ${names.join(", ")}` : `; did you mean "rpcgen ${guess}"?`}`,
  );
}

/** Parses what follows the command's name. */
export async function parseArguments(command: CommandSpec, args: readonly string[]): Promise<ParsedArguments> {
  const { positional, values } = readPlainly(command, args) ?? (await readWithYargs(command, args));
  const options = checkOptions(command, values);
  return {
    positional,
    text: (name) => options.get(name) as string | undefined,
    flag: (name) => options.get(name) === true,
    isOn: (name) => options.get(name) !== false,
    number: (name) => options.get(name) as number | undefined,
  };
}

/** Options and arguments as written. */
export interface ReadArguments {
  readonly positional: readonly string[];
  readonly values: Readonly<Record<string, unknown>>;
}

/** yargs says what a command line means; importing it takes longer than most other things that a command does. */
export async function readWithYargs(command: CommandSpec, args: readonly string[]): Promise<ReadArguments> {
  const { default: yargs } = await import("yargs");
  const parser = yargs([...args])
    .options(Object.fromEntries(command.options.map((option) => [option.name, toYargs(option)])))
    .parserConfiguration({
      "camel-case-expansion": false,
      "duplicate-arguments-array": false,
      "parse-positional-numbers": false,
      "strip-aliased": true,
      "dot-notation": false,
    })
    .detectLocale(false)
    .help(false)
    .version(false)
    .exitProcess(false)
    .fail((message, error) => {
      throw new UsageError(message ?? error?.message);
    });
  const {
    _: positional,
    $0: _program,
    ...values
  } = (await parser.parseAsync()) as Record<string, unknown> & { _: unknown[] };
  return { positional: positional.map(String), values };
}

function toYargs(option: OptionSpec): object {
  return {
    type: option.type === "number" ? "string" : option.type,
    ...(option.alias === undefined ? {} : { alias: option.alias }),
    ...(option.type === "boolean" ? {} : { requiresArg: true }),
  };
}

function checkOptions(command: CommandSpec, values: Readonly<Record<string, unknown>>): ReadonlyMap<string, unknown> {
  const known = new Map(command.options.map((option) => [option.name, option]));
  const options = new Map<string, unknown>();
  for (const [name, value] of Object.entries(values)) {
    const option = known.get(name);
    if (option === undefined) throw unknownOption(command, name);
    if (value !== undefined) options.set(name, checkValue(option, value));
  }
  return options;
}

function checkValue(option: OptionSpec, value: unknown): unknown {
  const spelled = `--${option.name}`;
  if (option.type === "number") {
    if (/^\d{1,9}$/u.test(String(value))) return Number(value);
    throw new UsageError(`${spelled} takes a whole number, not "${String(value)}"`);
  }
  if (option.type === "string" && (typeof value !== "string" || value === ""))
    throw new UsageError(`${spelled} needs a value`);
  if (option.choices !== undefined && !option.choices.includes(value as string)) {
    const guess = closest(String(value), option.choices);
    const hint = guess === undefined ? "" : `; did you mean "${guess}"?`;
    throw new UsageError(`${spelled} is one of ${option.choices.join(", ")}, not "${String(value)}"${hint}`);
  }
  return value;
}

function unknownOption(command: CommandSpec, name: string): UsageError {
  const dashes = name.length === 1 ? "-" : "--";
  const names = [...command.options.map((option) => option.name), "help", "version"];
  const guess = closest(name, names);
  const hint = guess === undefined ? `; see rpcgen ${command.name} --help` : `; did you mean --${guess}?`;
  return new UsageError(`${command.name} has no option ${dashes}${name}${hint}`);
}
