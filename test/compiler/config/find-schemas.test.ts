import { symlinkSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { findSchemas } from "../../../compiler/config/find-schemas.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const files = {
  "api/a.rpc": "",
  "api/deep/b.rpc": "",
  "api/notes.md": "",
  "api/node_modules/x/c.rpc": "",
  "api/.old/d.rpc": "",
  "e.rpc": "",
};

function find(
  names: readonly string[],
  extra: Readonly<Record<string, string>> = {},
): { files: string[]; messages: string[]; directories: string[] } {
  const folder = temporaryFolder({ ...files, ...extra });
  const found = findSchemas(names, folder);
  const relative = (path: string): string => path.slice(folder.length + 1);
  return {
    files: found.files.map(relative),
    directories: found.directories.map((stamp) => relative(stamp.path)),
    messages: found.diagnostics.map(({ code, message }) => `${code} ${message}`),
  };
}

describe("finding schemas", () => {
  test("a directory gives every schema below it, but not of packages and hidden directories", () => {
    expect(find(["api"])).toEqual({
      files: ["api/a.rpc", "api/deep/b.rpc"],
      directories: ["api", "api/deep"],
      messages: [],
    });
  });

  test("a file is taken as it is, and once", () => {
    expect(find(["api/a.rpc", "./api/a.rpc", "api"]).files).toEqual(["api/a.rpc", "api/deep/b.rpc"]);
  });

  test("a pattern is searched from its fixed part", () => {
    expect(find(["api/**/*.rpc"])).toMatchObject({
      files: ["api/a.rpc", "api/deep/b.rpc"],
      directories: ["api", "api/deep"],
    });
  });

  test("alternatives may lead to several directories", () => {
    expect(find(["{api/deep,.}/*.rpc"]).files).toEqual(["api/deep/b.rpc", "e.rpc"]);
  });

  test("an exclusion removes files, wherever they came from", () => {
    expect(find(["!api/deep/**", "."]).files).toEqual(["api/a.rpc", "e.rpc"]);
  });

  test("a file that exists is no pattern, whatever its name", () => {
    expect(find(["[id].rpc"], { "[id].rpc": "", "i.rpc": "" }).files).toEqual(["[id].rpc"]);
  });

  test("a missing file, an empty pattern and a foreign file are reported together", () => {
    expect(find(["api/x.rpc", "none/*.rpc", "api/notes.md"]).messages).toEqual([
      "RPC0001 `api/x.rpc` does not exist",
      "RPC0002 no .rpc file matches `none/*.rpc`",
      "RPC0003 `api/notes.md` is not a schema: its name does not end in .rpc",
    ]);
  });

  test("links to directories are not followed: they could lead in circles", () => {
    const folder = temporaryFolder({ "api/a.rpc": "" });
    symlinkSync(folder, `${folder}/api/loop`);
    expect(findSchemas(["api"], folder).files).toEqual([`${folder}/api/a.rpc`]);
  });
});
