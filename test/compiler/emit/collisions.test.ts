import { expect, test } from "vitest";
import { findCollisions } from "../../../compiler/emit/collisions.ts";
import type { PlannedUnit } from "../../../compiler/emit/plan.ts";
import { renderedFile } from "../../../compiler/emit/render.ts";

function unit(path: string, ...outputs: readonly string[]): PlannedUnit {
  return { path, rendered: outputs.map((output) => renderedFile(output, () => new Uint8Array(0))) };
}

test("two schemas may not write files that differ only in case", () => {
  const units = [unit("a.rpc", "/gen/a.ts", "/gen/x.ts"), unit("A.rpc", "/gen/A.ts"), unit("b.rpc", "/gen/b.ts")];
  const found = findCollisions({ units, base: "/gen" }, (path) => path.slice(1));
  expect(found.map(({ code, message }) => `${code} ${message}`)).toEqual([
    "RPC0023 `a.rpc` and `A.rpc` would both write `gen/A.ts`",
  ]);
});
