#!/usr/bin/env node
import { tryFastPath } from "./fast-path.ts";
import { isLargeAndNew } from "./first-look.ts";

/** This file is built as a CommonJS module, which Node starts sooner than an ES module. */
declare const __filename: string;

// The first thing of every build: is there anything to do? Nothing else may be loaded before that is known.
const args = process.argv.slice(2);
if (!tryFastPath(args, process.cwd())) {
  const isLarge = isLargeAndNew(args, process.cwd());
  void import("./launch.ts").then(({ launch }) => launch(args, { entry: __filename, isLarge }));
}
