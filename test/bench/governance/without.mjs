/**
 * Two bundles of the built runtime: as it is, and a build without governance, in which the modules that put clusters, fault modes and hooks in the way of a call are replaced by
 * nothing. What is left of the difference is what a client pays that uses none of it.
 */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const dist = fileURLToPath(new URL("../../../runtime/dist/", import.meta.url));

const entry = `
  export { createClient, createMemoryTransport, createServer } from "./index.js";
  export { emptyType, methodType, serviceType } from "./codegen/index.js";
  export { methodIdFromPath } from "./descriptor/method-id.js";`;

/** What stands in for modules of `client/`. @type {Readonly<Record<string, string>>} */
const nothing = {
  "attempts.js": `
    export const createAttempts = () => ({ unary: undefined, stream: undefined, isDirect: true, faultScope: undefined });
    export const callOf = (call) => call;
    export const givenUp = undefined;
    export const streamItems = undefined;`,
  "watched.js": "export const Watched = undefined;",
  "cluster.js": "export const createCluster = undefined;",
  "resolve.js": "export const createSource = undefined; export const isResolved = () => false;",
};

/** @type {import("esbuild").Plugin} */
const withoutGovernance = {
  name: "without governance",
  setup({ onLoad }) {
    for (const [file, contents] of Object.entries(nothing)) {
      onLoad({ filter: new RegExp(`[/\\\\]client[/\\\\]${file.replace(".", "\\.")}$`) }, () => ({ contents }));
    }
  },
};

/** @returns {Promise<{ readonly whole: any, readonly without: any }>} both, imported, with all that a service takes */
export async function bothBuilds() {
  const folder = mkdtempSync(join(tmpdir(), "rpcgen-governance-"));
  return {
    whole: await bundled(join(folder, "whole.mjs"), []),
    without: await bundled(join(folder, "without.mjs"), [withoutGovernance]),
  };
}

/** @param {string} outfile @param {import("esbuild").Plugin[]} plugins */
async function bundled(outfile, plugins) {
  await build({
    stdin: { contents: entry, resolveDir: dist },
    bundle: true,
    format: "esm",
    platform: "node",
    outfile,
    plugins,
    logLevel: "error",
  });
  return import(pathToFileURL(outfile).href);
}
