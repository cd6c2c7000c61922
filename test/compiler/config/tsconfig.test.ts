import { describe, expect, test } from "vitest";
import { importStyleFor } from "../../../compiler/config/tsconfig.ts";
import { createMemoryHost } from "../../../compiler/source/host.ts";

function style(
  files: Readonly<Record<string, string>>,
  directory = "/app/src/gen",
): { extension: string; messages: string[] } {
  const found = importStyleFor(directory, createMemoryHost(files));
  return { extension: found.importExtension, messages: found.diagnostics.map(({ message }) => message) };
}

function extension(options: object): string {
  return style({ "/app/tsconfig.json": JSON.stringify({ compilerOptions: options }) }).extension;
}

describe("the import extension", () => {
  test.each([
    [{ module: "nodenext" }, ".js"],
    [{ module: "NodeNext", allowImportingTsExtensions: true, noEmit: true }, ".ts"],
    [{ module: "nodenext", rewriteRelativeImportExtensions: true }, ".ts"],
    [{ module: "node16" }, ".js"],
    [{ module: "esnext", moduleResolution: "bundler" }, ""],
    [{ module: "esnext", moduleResolution: "Bundler" }, ""],
    [{ module: "preserve" }, ""],
    [{ module: "commonjs", moduleResolution: "node" }, ""],
    [{}, ".js"],
  ])("under %j is %j", (options, expected) => {
    expect(extension(options)).toBe(expected);
  });

  test("is .js without any tsconfig", () => {
    expect(style({})).toEqual({ extension: ".js", messages: [] });
  });

  test("comes from the nearest tsconfig", () => {
    const files = {
      "/app/tsconfig.json": "{}",
      "/app/src/tsconfig.json": '{ "compilerOptions": { "moduleResolution": "bundler" } }',
    };
    expect(style(files).extension).toBe("");
    expect(style(files, "/app/other").extension).toBe(".js");
  });

  test("is inherited through extends: relative, without .json, from packages, several at once", () => {
    const files = {
      "/app/tsconfig.json": '{ "extends": ["./base", "@scope/config/strict"], /* own */ "compilerOptions": {} }',
      "/app/base.json": '{ "compilerOptions": { "module": "nodenext" } }',
      "/app/node_modules/@scope/config/strict.json": '{ "extends": "./root.json" }',
      "/app/node_modules/@scope/config/root.json": '{ "compilerOptions": { "allowImportingTsExtensions": true } }',
    };
    expect(style(files)).toEqual({ extension: ".ts", messages: [] });
  });

  test("is overridden by the file that extends", () => {
    const files = {
      "/app/tsconfig.json": '{ "extends": "./base.json", "compilerOptions": { "allowImportingTsExtensions": false } }',
      "/app/base.json": '{ "compilerOptions": { "allowImportingTsExtensions": true } }',
    };
    expect(style(files).extension).toBe(".js");
  });

  test("stays .js, with a warning, when the tsconfig is broken", () => {
    const { extension: found, messages } = style({ "/app/tsconfig.json": "{ nonsense" });
    expect(found).toBe(".js");
    expect(messages[0]).toMatch(/^`\/app\/tsconfig.json` cannot be read: /u);
  });

  test("survives a circle of extends", () => {
    const { messages } = style({ "/app/tsconfig.json": '{ "extends": "./tsconfig.json" }' });
    expect(messages).toEqual(["`/app/tsconfig.json` cannot be read: `extends` leads through more than 32 files"]);
  });

  test("tells which extended file is missing", () => {
    const { messages } = style({ "/app/tsconfig.json": '{ "extends": "@none/config" }' });
    expect(messages).toEqual(['`/app/tsconfig.json` cannot be read: it extends "@none/config", which was not found']);
  });
});
