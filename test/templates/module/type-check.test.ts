import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { randomSchema } from "../random-schema.ts";
import { renderSchema, schemaOf } from "../render.ts";
import { goldenCases } from "./cases.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** Every strict flag there is; a user's project may have any of them. */
const strict = {
  target: "es2023",
  lib: ["es2023", "esnext.disposable"],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noImplicitOverride: true,
  noImplicitReturns: true,
  noFallthroughCasesInSwitch: true,
  noUnusedLocals: true,
  noUnusedParameters: true,
  verbatimModuleSyntax: true,
  isolatedModules: true,
  isolatedDeclarations: true,
  erasableSyntaxOnly: true,
  declaration: true,
  noEmit: true,
  skipLibCheck: true,
  types: ["node"],
};

let directory = "";

function compile(compiler: string, args: readonly string[]): string {
  try {
    return execFileSync(process.execPath, [`${root}node_modules/${compiler}/bin/tsc`, ...args], { encoding: "utf8" });
  } catch (error) {
    return String((error as { stdout?: unknown }).stdout);
  }
}

beforeAll(() => {
  directory = mkdtempSync(`${tmpdir()}/rpcgen-types-`);
  symlinkSync(`${root}node_modules`, `${directory}/node_modules`);
  writeFileSync(`${directory}/package.json`, '{ "type": "module" }');
  compile("typescript", ["-p", `${root}runtime/tsconfig.json`, "--outDir", `${directory}/runtime`, "--emitDeclarationOnly", "--tsBuildInfoFile", `${directory}/runtime/info`]); // prettier-ignore
  for (const { name, schemas, options } of goldenCases()) {
    writeAll(`nodenext/${name}`, schemas, { ...options, importExtension: ".js" });
    writeAll(`bundler/${name}`, schemas, { ...options, importExtension: "" });
  }
  const { everything } = Object.fromEntries(goldenCases().map((golden) => [golden.name, golden.schemas]));
  writeAll("nodenext/numbers", everything ?? {}, { enums: "number" });
  writeAll("nodenext/client", everything ?? {}, { emit: ["types", "codec", "client"] });
  writeAll("nodenext/server", everything ?? {}, { emit: ["types", "codec", "server", "validate"] });
  for (let seed = 100; seed < 120; seed++) writeAll(`nodenext/random${seed}`, { "test.rpc": randomSchema(seed) }, {});
}, 120_000);

afterAll(() => rmSync(directory, { recursive: true, force: true }));

function writeAll(place: string, schemas: Readonly<Record<string, string>>, options: object): void {
  mkdirSync(`${directory}/${place}`, { recursive: true });
  for (const [path, text] of renderSchema(schemaOf(schemas), options)) {
    writeFileSync(`${directory}/${place}/${path}`, text);
  }
}

describe.each(["typescript5", "typescript6", "typescript"])("%s with every strict flag", (compiler) => {
  test.each(["nodenext", "bundler"])("accepts generated modules under %s resolution", (resolution) => {
    const module = resolution === "nodenext" ? "nodenext" : "esnext";
    const paths = { "@rpcgen/runtime/codegen": ["./runtime/codegen/index.d.ts"] };
    const config = `${directory}/tsconfig.${resolution}.json`;
    const compilerOptions = { ...strict, module, moduleResolution: resolution, paths };
    writeFileSync(config, JSON.stringify({ compilerOptions, include: [`${resolution}/**/*.ts`] }));
    expect(compile(compiler, ["-p", config])).toBe("");
  });
});
