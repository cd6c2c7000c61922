import type { ReadArguments } from "./arguments.ts";
import type { CommandSpec, OptionSpec } from "./command-table.ts";

/**
 * Reads a command line in which every word is a known option in full, its alias, its value, or a plain argument, each option at
 * most once. `undefined` for any other, right or wrong: what it means, and what is wrong with it, is for yargs to say.
 */
export function readPlainly(command: CommandSpec, args: readonly string[]): ReadArguments | undefined {
  const positional: string[] = [];
  const values: Record<string, unknown> = {};
  for (let index = 0; index < args.length; index++) {
    const word = args[index] ?? "";
    if (!word.startsWith("-")) {
      if (word === "") return undefined;
      positional.push(word);
      continue;
    }
    const found = optionOf(command, word);
    if (found === undefined || found.name in values) return undefined;
    const next = args[index + 1];
    if (found.value !== undefined) {
      // After a switch, yargs takes these words for its value.
      if (next === "true" || next === "false") return undefined;
      values[found.name] = found.value;
      continue;
    }
    const value = found.text ?? args[++index];
    if (value === undefined || value === "" || value.startsWith("-")) return undefined;
    values[found.name] = value;
  }
  return { positional, values };
}

interface FoundOption {
  readonly name: string;
  /** Of a switch. */
  readonly value?: boolean;
  /** What stands behind `=`. */
  readonly text?: string;
}

function optionOf(command: CommandSpec, word: string): FoundOption | undefined {
  const equals = word.indexOf("=");
  const spelled = equals === -1 ? word : word.slice(0, equals);
  const option = command.options.find((each) => isSpelled(each, spelled));
  if (option === undefined) return undefined;
  const { name } = option;
  if (option.type !== "boolean") return equals === -1 ? { name } : { name, text: word.slice(equals + 1) };
  return equals === -1 ? { name, value: spelled !== `--no-${name}` } : undefined;
}

function isSpelled(option: OptionSpec, spelled: string): boolean {
  if (option.isNegative === true) return spelled === `--no-${option.name}`;
  return spelled === `--${option.name}` || (option.alias !== undefined && spelled === `-${option.alias}`);
}
