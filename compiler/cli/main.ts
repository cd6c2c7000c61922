#!/usr/bin/env node
import { tryFastPath } from "./fast-path.ts";

// The first thing of every build: is there anything to do? Nothing else may be imported before that is known.
if (!tryFastPath(process.argv.slice(2), process.cwd())) {
  const { launch } = await import("./launch.ts");
  await launch(process.argv.slice(2), import.meta.url);
}
