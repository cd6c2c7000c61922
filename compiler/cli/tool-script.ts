import { Script } from "node:vm";
import type * as Tools from "./tool.ts";

/** The tool without its start: one script whose value is a function with the parameters of a CommonJS module. */
type Body = (
  exports: object,
  require: NodeJS.Require,
  module: { exports: object },
  importModule: (specifier: string) => Promise<unknown>,
) => void;

type Tool = typeof Tools;

/** What a thread needs to load the tool; all bytes are in memory that threads have in common. */
export interface ToolScript {
  readonly path: string;
  /** The text, in ASCII. */
  readonly text: Uint8Array;
  /** What V8 made of it in earlier runs. */
  readonly cachedData: Uint8Array | undefined;
}

/** The tool in this thread, and what V8 made of it by now. */
export interface LoadedTool {
  readonly tool: Tool;
  createCachedData(): Buffer;
}

/** Runs the script of the tool. */
export function loadTool({ path, text, cachedData }: ToolScript, require: NodeJS.Require): LoadedTool {
  const { buffer, byteOffset, length } = text;
  const script = new Script(Buffer.from(buffer, byteOffset, length).toString("latin1"), {
    filename: path,
    ...(cachedData === undefined ? {} : { cachedData }),
  });
  const module = { exports: {} };
  const body = script.runInThisContext() as Body;
  body(module.exports, require, module, (specifier) => import(specifier));
  return { tool: module.exports as Tool, createCachedData: () => script.createCachedData() };
}
