import { join } from "node:path";
import { expect, test } from "vitest";
import { renderText } from "../../../compiler/cli/report/text.ts";
import { check } from "../../../compiler/index.ts";
import { MAX_FILE_LENGTH, MAX_FILES } from "../../../compiler/semantics/load.ts";
import { createMemoryHost, type Host } from "../../../compiler/source/host.ts";

const goldens = join(import.meta.dirname, "mistakes");
const root = { workingDirectory: "/project" };

test("an entry that does not exist is reported", async () => {
  const { diagnostics } = check(["none.rpc"], createMemoryHost({}), root);
  await expect(renderText(diagnostics)).toMatchFileSnapshot(join(goldens, "RPC0050-missing-entry.txt"));
});

test("files beyond the limit are not read", async () => {
  const files = Object.fromEntries(
    Array.from({ length: MAX_FILES + 1 }, (_, index) => [
      `/project/f${index}.rpc`,
      `export * from "./f${index + 1}.rpc";\n`,
    ]),
  );
  const { diagnostics, sources } = check(["f0.rpc"], createMemoryHost(files), root);
  expect(sources.size).toBe(MAX_FILES);
  await expect(renderText(diagnostics)).toMatchFileSnapshot(join(goldens, "RPC0057-too-many-files.txt"));
});

test("as many files as the limit are read", () => {
  const names = Array.from({ length: MAX_FILES }, (_, index) => `f${index}.rpc`);
  const files = Object.fromEntries(names.map((name, index) => [`/project/${name}`, `message M${index} {}\n`]));
  expect(check(names, createMemoryHost(files), root).diagnostics).toEqual([]);
});

test("a file that is too large is not parsed", async () => {
  const host = createMemoryHost({ "/project/main.rpc": " ".repeat(MAX_FILE_LENGTH + 1) });
  const { diagnostics } = check(["main.rpc"], host, root);
  await expect(renderText(diagnostics)).toMatchFileSnapshot(join(goldens, "RPC0058-file-too-large.txt"));
});

test("a file of the largest size is parsed", () => {
  const host = createMemoryHost({ "/project/main.rpc": " ".repeat(MAX_FILE_LENGTH) });
  expect(check(["main.rpc"], host, root).diagnostics).toEqual([]);
});

test("a link that leaves the root is refused", () => {
  const host = linked(
    { "/project/main.rpc": 'import { A } from "./a.rpc";\nmessage M { a: A = 1; }', "/etc/a.rpc": "message A {}" },
    { "/project/a.rpc": "/etc/a.rpc" },
  );
  expect(codes(check(["main.rpc"], host, root))).toEqual(["RPC0053"]);
});

test("a link that stays in the root is one file with what it leads to", () => {
  const text = 'import { A } from "./a.rpc";\nimport { B } from "./b.rpc";\nmessage M { a: A = 1; b: B = 2; }';
  const host = linked(
    { "/project/main.rpc": text, "/project/b.rpc": "message A {}\nmessage B {}" },
    { "/project/a.rpc": "/project/b.rpc" },
  );
  const { diagnostics, sources } = check(["main.rpc"], host, root);
  expect(diagnostics).toEqual([]);
  expect([...sources.keys()]).toEqual(["main.rpc", "b.rpc"]);
});

test("an import path of the configuration is searched before packages", () => {
  const host = createMemoryHost({
    "/project/main.rpc": 'import { A } from "types/a.rpc";\nmessage M { a: A = 1; }',
    "/schemas/types/a.rpc": "message A {}",
    "/project/node_modules/types/package.json": "{}",
    "/project/node_modules/types/a.rpc": "message B {}",
  });
  const { diagnostics, sources } = check(["main.rpc"], host, { ...root, importRoots: ["/schemas"] });
  expect(diagnostics).toEqual([]);
  expect([...sources]).toEqual([
    ["main.rpc", "/project/main.rpc"],
    ["types/a.rpc", "/schemas/types/a.rpc"],
  ]);
});

test("a package is found in a node_modules further up, and its files keep its name", () => {
  const host = createMemoryHost({
    "/repo/apps/shop/api/main.rpc": 'import { A } from "@acme/types/money/a.rpc";\nmessage M { a: A = 1; }',
    "/repo/node_modules/@acme/types/package.json": "{}",
    "/repo/node_modules/@acme/types/money/a.rpc": 'import { B } from "../b.rpc";\nmessage A { b: B = 1; }',
    "/repo/node_modules/@acme/types/b.rpc": "message B {}",
  });
  const { diagnostics, sources } = check(["api/main.rpc"], host, { workingDirectory: "/repo/apps/shop" });
  expect(diagnostics).toEqual([]);
  expect([...sources.keys()]).toEqual(["api/main.rpc", "@acme/types/money/a.rpc", "@acme/types/b.rpc"]);
});

test("a package cannot be left by its own relative imports", () => {
  const host = createMemoryHost({
    "/project/main.rpc": 'import { A } from "types/a.rpc";\nmessage M { a: A = 1; }',
    "/project/node_modules/types/package.json": "{}",
    "/project/node_modules/types/a.rpc": 'import { S } from "../../secret.rpc";\nmessage A { s: S = 1; }',
    "/project/secret.rpc": "message S {}",
  });
  expect(codes(check(["main.rpc"], host, root))).toEqual(["RPC0053"]);
});

test("dots within a package path do not lead out of the package", () => {
  const host = createMemoryHost({
    "/project/main.rpc": 'import { A } from "types/../../a.rpc";\nmessage M { a: A = 1; }',
    "/project/node_modules/types/package.json": "{}",
  });
  expect(codes(check(["main.rpc"], host, root))).toEqual(["RPC0053"]);
});

test("files that import each other are each read once", () => {
  const host = createMemoryHost({
    "/project/a.rpc": 'import { B } from "./b.rpc";\nmessage A { b?: B = 1; }',
    "/project/b.rpc": 'import { A } from "./a.rpc";\nmessage B { a?: A = 1; }',
  });
  const { diagnostics, sources } = check(["a.rpc", "b.rpc", "./a.rpc"], host, root);
  expect(diagnostics).toEqual([]);
  expect([...sources.keys()]).toEqual(["a.rpc", "b.rpc"]);
});

test("a mistake in one file does not hide those of another", () => {
  const host = createMemoryHost({
    "/project/a.rpc": "message A { b: Missing = 1 }\nmessage ",
    "/project/b.rpc": "message B { c: Lost = 1; }",
  });
  const files = new Set(check(["a.rpc", "b.rpc"], host, root).diagnostics.map(({ span }) => span.file.path));
  expect([...files]).toEqual(["a.rpc", "b.rpc"]);
});

test("an entry outside of the working directory is a root of its own", () => {
  const host = createMemoryHost({
    "/other/api/main.rpc": 'import { A } from "./a.rpc";\nmessage M { a: A = 1; }',
    "/other/api/a.rpc": "message A {}",
  });
  const { diagnostics, sources } = check(["/other/api/main.rpc"], host, root);
  expect(diagnostics).toEqual([]);
  expect([...sources.keys()]).toEqual(["main.rpc", "a.rpc"]);
});

function codes({ diagnostics }: ReturnType<typeof check>): string[] {
  return diagnostics.map(({ code }) => code);
}

/** A memory host with symbolic links. */
function linked(files: Record<string, string>, links: Record<string, string>): Host {
  const host = createMemoryHost(files);
  return { ...host, realPath: (path) => host.realPath(links[path] ?? path) };
}
