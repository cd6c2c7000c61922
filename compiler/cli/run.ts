import { version } from "../version.ts";
import { findCommand, parseArguments, type ParsedArguments, UsageError } from "./arguments.ts";
import { type Console, createProcessConsole } from "./console.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { type Helper, helperIn } from "./helper.ts";
import { commandHelp, generalHelp } from "./help.ts";
import { internalErrorReport } from "./internal-error.ts";
import type { Threads } from "./threads.ts";

/** What a command is run with. */
export interface CommandContext {
  readonly console: Console;
  /** Absolute working directory with `/` separators. */
  readonly directory: string;
  /** Path of the tool's entry module; `undefined` in tests, where the sources are the tool. */
  readonly entry: string | undefined;
  /** Starts a second thread for a large compilation; without it all is done in one. */
  readonly startHelper?: () => Helper;
}

/** A command: never throws for bad input, gives the exit code. */
export type Command = (args: ParsedArguments, context: CommandContext) => Promise<ExitCode>;

interface Start {
  readonly entry: string;
  /** Where a second thread comes from; nowhere on a single core. */
  readonly threads: Threads | undefined;
}

/** Runs the command line as the process and sets its exit code; open handles decide when it ends. */
export async function run(args: readonly string[], { entry, threads }: Start): Promise<void> {
  const directory = process.cwd().replaceAll("\\", "/");
  const helping = threads === undefined ? {} : { startHelper: () => helperIn(threads.take()) };
  const context = { console: createProcessConsole(), directory, entry, ...helping };
  process.exitCode = await runCommandLine(args, context);
}

/** Runs a command line and gives its exit code. Whatever is thrown inside ends as a report, not as a bare stack. */
export async function runCommandLine(args: readonly string[], context: CommandContext): Promise<ExitCode> {
  try {
    return await dispatch(args, context);
  } catch (error) {
    if (!(error instanceof UsageError)) {
      context.console.error(internalErrorReport(error, args));
      return EXIT.internal;
    }
    context.console.error(`error: ${error.message}\n`);
    return EXIT.usage;
  }
}

async function dispatch(args: readonly string[], context: CommandContext): Promise<ExitCode> {
  const [name = "", ...rest] = args[0] === "help" ? [...args.slice(1), "--help"] : args;
  if (name === "" || name === "--help" || name === "-h") return print(context, generalHelp(version), name !== "");
  if (name === "--version" || name === "-v") return print(context, `${version}\n`, true);
  if (name.startsWith("-")) throw new UsageError(`options follow a command: rpcgen compile ${name}; see rpcgen --help`);
  const command = findCommand(name);
  if (rest.includes("--help") || rest.includes("-h")) return print(context, commandHelp(command), true);
  return (await loadCommand(command.name))(await parseArguments(command, rest), context);
}

/** Commands are loaded one at a time: most of them are not needed. */
async function loadCommand(name: string): Promise<Command> {
  switch (name) {
    case "compile":
      return (await import("./commands/compile.ts")).compile;
    case "check":
      return (await import("./commands/check.ts")).check;
    case "format":
      return (await import("./commands/format.ts")).format;
    case "scaffold":
      return (await import("./commands/scaffold.ts")).scaffold;
    case "decode":
      return (await import("./commands/decode.ts")).decode;
    case "registry":
      return (await import("./commands/registry.ts")).registry;
    default:
      return (await import("./commands/explain.ts")).explain;
  }
}

function print({ console }: CommandContext, text: string, isWanted: boolean): ExitCode {
  if (isWanted) console.output(text);
  else console.error(text);
  return isWanted ? EXIT.ok : EXIT.usage;
}
