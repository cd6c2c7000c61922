import { describe, expect, test } from "vitest";
import { commonDirectory, joinOutput, outputDirectory } from "../../../compiler/emit/output-path.ts";

describe("where outputs go", () => {
  test("beside the schema without an output directory", () => {
    expect(outputDirectory({ outDir: undefined, root: "/app" }, "/app/api/a.rpc")).toBe("/app/api");
  });

  test("into the mirrored tree with one", () => {
    const layout = { outDir: "/app/gen", root: "/app/api" };
    expect(outputDirectory(layout, "/app/api/a.rpc")).toBe("/app/gen");
    expect(outputDirectory(layout, "/app/api/v1/b.rpc")).toBe("/app/gen/v1");
    expect(outputDirectory({ outDir: "/gen", root: "/" }, "/api/v1/b.rpc")).toBe("/gen/api/v1");
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
      expect(joinOutput("/gen", path)).toBeUndefined();
    },
  );

  test("a plain path is joined", () => {
    expect(joinOutput("/gen", "a/b.rpc.ts")).toBe("/gen/a/b.rpc.ts");
    expect(joinOutput("/", "a.ts")).toBe("/a.ts");
  });
});
