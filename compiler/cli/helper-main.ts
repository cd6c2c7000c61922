import { pathToFileURL } from "node:url";
import { launchHelper } from "./launch.ts";

/** This file is built as a CommonJS module, which a thread starts sooner than an ES module. */
declare const __filename: string;

// The entry of the second thread, see helper.ts. A failure ends the thread, which the first one notices.
void launchHelper(pathToFileURL(__filename).href);
