import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { HELPER_BYTES, isLargeAndNew } from "../../../compiler/cli/first-look.ts";
import { manifestPath } from "../../../compiler/emit/manifest.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const args = ["compile", "rpc", "--out-dir", "gen"];

/** A project whose schemas, in two folders, have a size together. */
function project(bytes: number): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "node_modules"), { recursive: true });
  for (const path of ["rpc/a.rpc", "rpc/deep/b.rpc"]) {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), " ".repeat(bytes / 2));
  }
  return folder;
}

describe("a second thread is made ready early", () => {
  test("for a large project that was never compiled", () => {
    expect(isLargeAndNew(args, project(HELPER_BYTES))).toBe(true);
  });

  test("not for a small one", () => {
    expect(isLargeAndNew(args, project(HELPER_BYTES - 2))).toBe(false);
  });

  test("not for one that was compiled before", () => {
    const folder = project(HELPER_BYTES);
    const path = manifestPath({ directory: folder, files: ["rpc"], outDir: "gen", config: undefined });
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, "{}");
    expect(isLargeAndNew(args, folder)).toBe(false);
  });

  test("not for a command line that needs a second look", () => {
    const folder = project(HELPER_BYTES);
    expect(isLargeAndNew([...args, "--watch"], folder)).toBe(false);
    expect(isLargeAndNew(["check", "rpc"], folder)).toBe(false);
  });

  test("not for what is beside the schemas", () => {
    const folder = project(0);
    writeFileSync(join(folder, "rpc/other.txt"), " ".repeat(HELPER_BYTES));
    mkdirSync(join(folder, "rpc/node_modules"));
    writeFileSync(join(folder, "rpc/node_modules/c.rpc"), " ".repeat(HELPER_BYTES));
    expect(isLargeAndNew(args, folder)).toBe(false);
    expect(isLargeAndNew(["compile", "nowhere"], folder)).toBe(false);
  });
});
