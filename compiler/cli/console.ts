import { wantsColor } from "./report/color.ts";

/** Where commands print. Text for people goes to `error` when something is wrong, results to `output`. */
export interface Console {
  output(text: string): void;
  error(text: string): void;
  /** Whether findings may be coloured when the user did not say. */
  readonly hasColor: boolean;
}

/** The console of the process. A reader that goes away (`rpcgen ... | head`) ends the run without a word. */
export function createProcessConsole(): Console {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") process.exit();
      throw error;
    });
  }
  return {
    output: (text) => void process.stdout.write(text),
    error: (text) => void process.stderr.write(text),
    hasColor: wantsColor({ environment: process.env, isTerminal: process.stderr.isTTY === true }),
  };
}
