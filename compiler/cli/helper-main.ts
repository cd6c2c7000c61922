import { workerData } from "node:worker_threads";
import { loadTool, type ToolScript } from "./tool-script.ts";

/** This file is built as a CommonJS module, which a thread starts sooner than an ES module. */
declare const require: NodeJS.Require;

// The entry of the second thread, see threads.ts. A failure ends the thread, which the first one notices.
void loadTool(workerData as ToolScript, require)
  .tool.helper()
  .then(({ serveHelper }) => serveHelper());
