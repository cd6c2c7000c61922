#!/usr/bin/env node
import { tryFastPath } from "./fast-path.ts";
import { isLargeAndNew } from "./first-look.ts";

// The first thing of every build: is there anything to do? Nothing else may be imported before that is known.
const args = process.argv.slice(2);
if (!tryFastPath(args, process.cwd())) {
  const { launch } = await import("./launch.ts");
  await launch(args, { entry: import.meta.url, isLarge: isLargeAndNew(args, process.cwd()) });
}
