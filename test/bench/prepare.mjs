/** Generates the code of every contender from `schema/` into `gen/`, as a user of each would. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { transformSync } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const binaries = join(here, "../../node_modules/.bin");

/** @type {Readonly<Record<string, () => void>>} */
const generators = {
  rpcgen: generateRpcgen,
  protobufjs: generateProtobufjs,
  "protobuf-es": generateProtobufEs,
  "ts-proto": generateTsProto,
  pbf: generatePbf,
};

/**
 * Generates for the named contenders; those without generated code are skipped.
 * @param {readonly string[]} contenders
 */
export function prepare(contenders) {
  for (const contender of contenders) generators[contender]?.();
}

function generateRpcgen() {
  const out = emptyFolder("rpcgen");
  run("rpcgen", ["compile", "schema/order.rpc", "schema/echo.rpc", "--out-dir", "gen/rpcgen"]);
  for (const file of readdirSync(out).filter((name) => name.endsWith(".ts"))) stripTypes(join(out, file));
}

/**
 * Writes `x.ts` as `x.js` beside it, nothing bundled: what is measured imports the built runtime like any app.
 * @param {string} path
 * @returns {string} the path of the script
 */
function stripTypes(path) {
  const { code } = transformSync(readFileSync(path, "utf8"), { loader: "ts", format: "esm", target: "node20" });
  const script = path.replace(/\.ts$/, ".js");
  writeFileSync(script, code);
  return script;
}

function generateProtobufjs() {
  emptyFolder("protobufjs");
  for (const name of ["order", "echo"]) {
    const out = `gen/protobufjs/${name}.js`;
    run("pbjs", ["-t", "static-module", "-w", "es6", "-r", name, "--es6", "-o", out, `schema/${name}.proto`]);
    writeFileSync(join(here, `gen/protobufjs/${name}.d.ts`), "export const bench: any;\n");
  }
}

function generateProtobufEs() {
  const plugins = [{ local: join(binaries, "protoc-gen-es"), out: "gen/protobuf-es", opt: ["target=js+dts"] }];
  emptyFolder("protobuf-es");
  run("buf", ["generate", "--template", JSON.stringify({ version: "v2", inputs: [{ directory: "schema" }], plugins })]);
}

function generateTsProto() {
  const opt = ["esModuleInterop=true", "importSuffix=.js", "forceLong=bigint", "outputServices=none"];
  const plugins = [{ local: join(binaries, "protoc-gen-ts_proto"), out: "gen/ts-proto", opt }];
  const out = emptyFolder("ts-proto");
  run("buf", ["generate", "--template", JSON.stringify({ version: "v2", inputs: [{ directory: "schema" }], plugins })]);
  for (const path of readdirSync(out).map((name) => join(out, name))) {
    const script = stripTypes(path);
    // Its enums are not erasable, which the type check of this folder refuses.
    rmSync(path);
    writeFileSync(script, `// @ts-nocheck\n${readFileSync(script, "utf8")}`);
  }
}

function generatePbf() {
  const out = emptyFolder("pbf");
  writeFileSync(join(out, "order.js"), `// @ts-nocheck\n${run("pbf", ["schema/order.proto"])}`);
}

/** @param {string} name */
function emptyFolder(name) {
  const path = join(here, "gen", name);
  rmSync(path, { recursive: true, force: true });
  mkdirSync(path, { recursive: true });
  return path;
}

/**
 * @param {string} tool
 * @param {readonly string[]} args
 * @returns {string} what the tool printed
 */
function run(tool, args) {
  const result = spawnSync(join(binaries, tool), args, { cwd: here, encoding: "utf8", timeout: 60_000 });
  if (result.status === 0) return result.stdout;
  throw new Error(
    `${tool} ${args[0]} failed (${result.error?.message ?? `exit code ${result.status}`})\n${result.stdout}${result.stderr}`,
  );
}
