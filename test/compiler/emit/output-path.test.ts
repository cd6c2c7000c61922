import { describe, expect, test } from "vitest";
import { foreignRoots, layoutOf } from "../../../compiler/emit/layout.ts";
import { commonDirectory, isPlainPath, toDisk } from "../../../compiler/emit/output-path.ts";

function place(outDir: string | undefined, sources: Readonly<Record<string, string>>): readonly (string | undefined)[] {
  const layout = layoutOf({ outDir, sources: new Map(Object.entries(sources)) });
  return Object.keys(sources).map((path) => toDisk(layout, `/${path}.ts`));
}

describe("where outputs go", () => {
  test("beside the schema without an output directory", () => {
    expect(place(undefined, { "api/a.rpc": "/app/api/a.rpc" })).toEqual(["/app/api/a.rpc.ts"]);
    expect(place(undefined, { "a.rpc": "/a.rpc" })).toEqual(["/a.rpc.ts"]);
  });

  test("into the smallest tree that holds all schemas with one", () => {
    expect(place("/gen", { "api/a.rpc": "/app/api/a.rpc" })).toEqual(["/gen/a.rpc.ts"]);
    expect(place("/gen", { "api/a.rpc": "/app/api/a.rpc", "api/v1/b.rpc": "/app/api/v1/b.rpc" })).toEqual([
      "/gen/a.rpc.ts",
      "/gen/v1/b.rpc.ts",
    ]);
    expect(place("/", { "api/a.rpc": "", "lib/b.rpc": "" })).toEqual(["/api/a.rpc.ts", "/lib/b.rpc.ts"]);
  });

  test("nowhere outside the mirrored tree", () => {
    expect(toDisk({ base: "/gen", root: "/api" }, "/lib/x.ts")).toBeUndefined();
    expect(toDisk({ base: "/gen", root: "/api" }, "/apix/x.ts")).toBeUndefined();
  });

  test("schemas of several roots cannot all have their outputs beside them", () => {
    const sources = {
      "api/a.rpc": "/app/api/a.rpc",
      "@scope/x/b.rpc": "/app/node_modules/@scope/x/b.rpc",
      "b.rpc": "/proto/b.rpc",
    };
    expect(foreignRoots(new Map(Object.entries(sources)))).toEqual(["@scope/x/b.rpc", "b.rpc"]);
  });

  test.each([
    [["/a/b/c.rpc"], "/a/b"],
    [["/a/b/c.rpc", "/a/b/d/e.rpc"], "/a/b"],
    [["/a/b/c.rpc", "/a/bc/d.rpc"], "/a"],
    [["/a/x.rpc", "/b/x.rpc"], "/"],
    [[], "/"],
  ])("the common directory of %j is %s", (paths, expected) => {
    expect(commonDirectory(paths)).toBe(expected);
  });

  test.each(["../a.ts", "/a.ts", "a//b.ts", "./a.ts", "a\\b.ts", "C:a.ts", "a\0.ts", "", "a/.."])(
    "a template may not ask for %j",
    (path) => {
      expect(isPlainPath(path)).toBe(false);
    },
  );

  test("a template may ask for a plain path", () => {
    expect(isPlainPath("a/b.rpc.ts")).toBe(true);
  });
});
