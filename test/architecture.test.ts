import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { violationsOf } from "./architecture/check.ts";
import { importsOf, type ProjectFile, resolveImport } from "./architecture/imports.ts";

const root = join(import.meta.dirname, "..");

function sources(): readonly ProjectFile[] {
  return ["compiler", "templates", "runtime"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .map((name) => `${folder}/${name.replaceAll("\\", "/")}`)
      .filter((path) => path.endsWith(".ts") && !path.endsWith(".d.ts") && !/\/(?:dist|node_modules)\//u.test(path))
      .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") })),
  );
}

/** Breaches of files that exist only here. */
function planted(files: Readonly<Record<string, string>>): readonly string[] {
  return violationsOf(Object.entries(files).map(([path, text]) => ({ path, text })));
}

describe("the import rules", () => {
  test("hold for every source file", () => {
    expect(violationsOf(sources())).toEqual([]);
  });

  test("are checked on a real number of files", () => {
    expect(sources().length).toBeGreaterThan(100);
  });
});

describe("a planted violation is found:", () => {
  test.each([
    ["a lower layer that imports a higher one", "runtime/wire/reader.ts", 'import { call } from "../call/call.ts";'],
    ["the runtime importing a template", "runtime/codec/binary.ts", 'import { x } from "../../templates/naming.ts";'],
    ["a template importing the compiler", "templates/types/types.ts", 'import { x } from "../../compiler/index.ts";'],
    ["a value where only types are allowed", "templates/naming.ts", 'import { x } from "@rpcgen/runtime/descriptor";'],
    ["the client importing the server", "runtime/client/client.ts", 'import { x } from "../server/server.ts";'],
    ["chevrotain outside the syntax folder", "compiler/semantics/bind.ts", 'import { Lexer } from "chevrotain";'],
    ["ts-morph outside the scaffold folder", "compiler/cli/run.ts", 'const m = await import("ts-morph");'],
    ["prettier at generate time", "compiler/emit/write.ts", 'import prettier from "prettier";'],
    ["yargs in the library", "compiler/index.ts", 'import yargs from "yargs";'],
    ["a static import of what must stay lazy", "compiler/cli/arguments.ts", 'import yargs from "yargs";'],
    ["the file system in a pure stage", "compiler/lower/lower.ts", 'import { readFileSync } from "node:fs";'],
    ["a folder importing its own index", "compiler/syntax/parse.ts", 'import { x } from "./index.ts";'],
    ["a leaf imported by the client", "runtime/client/client.ts", 'import { x } from "../discovery/etcd/etcd.ts";'],
    ["a library in the runtime", "runtime/codec/json.ts", 'import protobuf from "protobufjs";'],
    ["a folder without a rule", "runtime/misc/tools.ts", 'import { x } from "../errors/code.ts";'],
    ["the clock of the machine", "runtime/call/deadline.ts", "const now = Date.now();"],
    ["a timer of the machine", "runtime/connection/keepalive.ts", "setTimeout(() => {}, 5);"],
    ["randomness of the machine", "runtime/client/pool.ts", "pick(Math.random());"],
    ["a socket outside the transports", "runtime/server/server.ts", 'import { createServer } from "node:net";'],
    ["code from text", "runtime/codec/binary.ts", 'const f = new Function("a", "return a");'],
  ])("%s", (_name, path, text) => {
    expect(planted({ [path]: text })).not.toEqual([]);
  });

  test("a circle of value imports", () => {
    const files = {
      "runtime/wire/a.ts": 'import { b } from "./b.ts";',
      "runtime/wire/b.ts": 'export { c } from "./c.ts";',
      "runtime/wire/c.ts": 'import { a } from "./a.ts";',
    };
    expect(planted(files)).toEqual([
      "value imports go in a circle: runtime/wire/a.ts -> runtime/wire/b.ts -> runtime/wire/c.ts -> runtime/wire/a.ts",
    ]);
  });
});

describe("what is allowed passes:", () => {
  test.each([
    [
      "a type of a folder that may give types",
      "runtime/call/call.ts",
      'import type { MessageType } from "../codec/message-type.ts";',
    ],
    [
      "an import in a comment",
      "runtime/wire/reader.ts",
      '// import { x } from "../server/server.ts";\n/* Date.now() */',
    ],
    ["the clock in the environment", "runtime/environment/clock.ts", "export const now = () => Date.now();"],
    ["a lazy library in its home", "compiler/cli/arguments.ts", 'const { default: yargs } = await import("yargs");'],
  ])("%s", (_name, path, text) => {
    expect(planted({ [path]: text })).toEqual([]);
  });

  test("a circle of types", () => {
    const files = {
      "runtime/wire/a.ts": 'import type { B } from "./b.ts";',
      "runtime/wire/b.ts": 'import { type A } from "./a.ts";',
    };
    expect(planted(files)).toEqual([]);
  });
});

/** All that is loaded with a file: what it imports other than lazily, and so on. */
function loadedWith(path: string): ReadonlySet<string> {
  const found = new Set([path]);
  for (const file of found) {
    if (!file.endsWith(".ts")) continue;
    const text = readFileSync(join(root, file), "utf8").replace(/\bimport\(/gu, "lazily(");
    for (const { specifier, isTypeOnly } of importsOf({ path: file, text })) {
      const target = resolveImport(file, specifier.replace(/^@rpcgen\/runtime\/(.+)$/u, "$1"));
      if (!isTypeOnly) found.add(target);
    }
  }
  return found;
}

describe("a compilation in parts starts without the grammar", () => {
  test.each(["compiler/cli/compile-project.ts", "compiler/cli/helper-thread.ts"])("%s", (path) => {
    const loaded = loadedWith(path);
    expect(loaded).toContain("compiler/syntax/parse-plainly.ts");
    expect(loaded).not.toContain("chevrotain");
  });

  test("and the grammar would be seen", () => {
    expect(loadedWith("compiler/cli/check-project.ts")).toContain("chevrotain");
  });
});

test("imports of every form are seen", () => {
  const text = `import a, { b } from "a";
import type { C } from "c";
import { type D, type E } from "d";
import { type F, g } from "f";
import "bare";
export * from "star";
export type { H } from "h";
export {
  i,
} from "i";
const lazy = await import("lazy");
import type from "named-type";
`;
  const found = importsOf({ path: "x.ts", text }).map((use) => `${use.specifier}${use.isTypeOnly ? " (type)" : ""}`);
  expect(found).toEqual(["a", "c (type)", "d (type)", "f", "bare", "star", "h (type)", "i", "lazy", "named-type"]);
});
