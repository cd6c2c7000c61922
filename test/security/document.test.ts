/** Every example of SECURITY.md compiles as it stands there. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { renderSchema, schemaOf } from "../templates/render.ts";

const root = join(import.meta.dirname, "..", "..");
const folder = join(root, "test", ".output", "security");
const document = readFileSync(join(root, "runtime", "SECURITY.md"), "utf8");
const fences = [...document.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, text = ""]) => text);
const schema = `edition 2026;
package hello;

message Greeting { text: string = 1; }

service Greeter {
  @readonly hello(name: string = 1): Greeting;
}
`;
const compilerOptions = {
  target: "es2023",
  lib: ["es2023", "esnext.disposable"],
  module: "nodenext",
  customConditions: ["@rpcgen/source"],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  rewriteRelativeImportExtensions: true,
  noEmit: true,
  skipLibCheck: true,
  types: ["node"],
};

beforeAll(() => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }\n');
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.ts"] }));
  for (const [path, text] of renderSchema(schemaOf({ "hello.rpc": schema }))) writeFileSync(join(folder, path), text);
  for (const [index, text] of fences.entries()) writeFileSync(join(folder, `example-${index}.ts`), text);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("the examples of SECURITY.md compile", () => {
  expect(fences.length).toBeGreaterThan(3);
  const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
  const { stdout } = spawnSync(process.execPath, [compiler, "-p", folder], { encoding: "utf8" });
  expect(stdout).toBe("");
});

test("the clauses that SECURITY.md names are in PROTOCOL.md", () => {
  const protocol = readFileSync(join(root, "runtime", "PROTOCOL.md"), "utf8");
  const named = [...document.matchAll(/\b([A-Z]{3}-\d+)\b/g)].map(([, clause = ""]) => clause);
  expect(named.filter((clause) => !protocol.includes(`**${clause}**`))).toEqual([]);
});
