import { type CommandSpec, commands, type OptionSpec } from "./command-table.ts";

const WIDTH = 24;

/** The help of the tool. */
export function generalHelp(version: string): string {
  return [
    `rpcgen ${version}: readable TypeScript from .rpc schemas`,
    "",
    "Usage: rpcgen <command> [options]",
    "",
    "Commands:",
    ...commands.map((command) => row(`${command.name} ${command.usage}`, command.summary)),
    "",
    "Options:",
    row("-h, --help", "help, also for a command: rpcgen compile --help"),
    row("-v, --version", "the version"),
    "",
    "Exit codes: 0 done, 1 a schema is wrong, 2 the command line or configuration is wrong, 3 outputs are stale (--check),",
    "70 a bug of rpcgen.",
    "",
  ].join("\n");
}

/** The help of one command. */
export function commandHelp(command: CommandSpec): string {
  return [
    `Usage: rpcgen ${command.name} ${command.usage}${command.options.length > 0 ? " [options]" : ""}`,
    "",
    ...command.about,
    ...(command.options.length > 0
      ? ["", "Options:", ...command.options.map((option) => row(spell(option), option.help))]
      : []),
    "",
    command.examples.length > 1 ? "Examples:" : "Example:",
    ...command.examples.flatMap((example) => [`  ${example.command}`, `      ${example.does}`]),
    "",
  ].join("\n");
}

function spell({ name, alias, value, choices, isNegative }: OptionSpec): string {
  const short = alias === undefined ? "    " : `-${alias}, `;
  const long = isNegative === true ? `--no-${name}` : `--${name}`;
  const argument = choices?.join("|") ?? (value === undefined ? "" : `<${value}>`);
  return `${short}${long}${argument === "" ? "" : ` ${argument}`}`;
}

function row(left: string, right: string): string {
  return left.length < WIDTH ? `  ${left.padEnd(WIDTH)}  ${right}` : `  ${left}\n  ${" ".repeat(WIDTH)}  ${right}`;
}
