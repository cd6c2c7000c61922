import { expect, test } from "vitest";
import { checkCase } from "./check-text.ts";

test("names pass through files by name and by star, circles included", () => {
  const text = `import { A, Renamed, C } from "./index.rpc";
import * as all from "./index.rpc";
message M { a: A = 1; b: Renamed = 2; c: all.C = 3; d: C = 4; }
// file: index.rpc
export { B as Renamed } from "./b.rpc";
export * from "./a.rpc";
// file: a.rpc
export * from "./index.rpc";
export * from "./c.rpc";
message A {}
// file: b.rpc
message B {}
// file: c.rpc
message C {}
`;
  expect(checkCase(text).diagnostics).toEqual([]);
});

test("a name that no file of a circle declares is missing, with what was likely meant", () => {
  const text = `import { Missin } from "./a.rpc";
message M { a: Missin = 1; }
// file: a.rpc
export * from "./b.rpc";
// file: b.rpc
export * from "./a.rpc";
message Missing {}
`;
  const { diagnostics } = checkCase(text);
  expect(diagnostics.map(({ code, help }) => [code, ...help])).toEqual([["RPC0217", "did you mean `Missing`?"]]);
});
