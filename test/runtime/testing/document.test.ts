/** The examples of TESTING.md compile, and the one in virtual time runs. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { renderSchema, schemaOf } from "../../templates/render.ts";

const root = join(import.meta.dirname, "..", "..", "..");
const folder = join(root, "test", ".output", "testing");
const document = readFileSync(join(root, "runtime", "TESTING.md"), "utf8");
const fences = [...document.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, text = ""]) => text);
const schema = `edition 2026;
package hello;

message Greeting { text: string = 1; }

service Greeter {
  hello(name: string = 1): Greeting;
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

test("the examples of TESTING.md compile", () => {
  expect(fences).toHaveLength(2);
  const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
  const { stdout } = spawnSync(process.execPath, [compiler, "-p", folder], { encoding: "utf8" });
  expect(stdout).toBe("");
});

test("the example in virtual time runs", async () => {
  const outfile = join(folder, "example.mjs");
  const conditions = ["@rpcgen/source"];
  const entryPoints = [join(folder, "example-0.ts")];
  await build({ entryPoints, outfile, bundle: true, format: "esm", platform: "node", conditions, logLevel: "error" });
  const { status, stderr } = spawnSync(process.execPath, [outfile], { encoding: "utf8" });
  expect([status, stderr]).toEqual([0, ""]);
});
