/**
 * Two bundles of the built runtime: as it is, and a build without governance, in which the modules that put clusters, fault modes and hooks in the way of a call are replaced by
 * nothing, and the questions of calls after them, after configurations and after hooks of servers are cut out. What is left of the difference is what those pay who use none of it.
 */
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const dist = fileURLToPath(new URL("../../../runtime/dist/", import.meta.url));

const entry = `
  export { createClient, createMemoryTransport, createServer } from "./index.js";
  export { emptyType, methodType, serviceType } from "./codegen/index.js";
  export { methodIdFromPath } from "./descriptor/method-id.js";`;

/** What stands in for modules. @type {Readonly<Record<string, string>>} */
const nothing = {
  "client/around.js": `
    export const nobodyAround = { unary: undefined, stream: undefined };
    export const createAround = undefined;`,
  "client/cluster.js": "export const createCluster = undefined;",
  "client/resolve.js": "export const createSource = undefined; export const isResolved = () => false;",
};

/** What is cut out of other modules: each text stands there once. @type {Readonly<Record<string, readonly (readonly [text: string, instead: string])[]>>} */
const cuts = {
  "client/invoker.js": [["configuration === undefined ? called : configuration.of(called)", "called"]],
  "client/attempt.js": [
    ["own === undefined ? call.attempts++ : own.attempt", "call.attempts++"],
    ["own === undefined ? call.metadataEntries() : own.metadataEntries()", "call.metadataEntries()"],
    ["own === undefined ? call.trace : own.trace", "call.trace"],
    ["this.own = own;", ""],
    ["this.watcher = watcher;", ""],
    ["this.watcher?.succeeded(this.call, value, this.outgoing?.turnMs);", ""],
    ["this.giveBack(undefined);", ""],
    ["if (picker === undefined)", ""],
  ],
  "client/moving-on.js": [["picker === undefined || picker.isResolved ? undefined : picker.resolving", "undefined"]],
  "server/dispatcher.js": [
    ["configuration === undefined ? entry.method : configuration.of(entry.method)", "entry.method"],
    ["if (settling.length === 0)", ""],
    ["if (isTimed)", "if (false)"],
    ["gate === undefined && admitting.length === 0", "gate === undefined"],
  ],
};

/** @param {string} file @param {string} text @param {(typeof cuts)[string]} found */
function cutOut(file, text, found) {
  return found.reduce((left, [part, instead]) => {
    if (left.split(part).length !== 2)
      throw new Error(`${file} no longer holds "${part}" once: see to what is cut out.`);
    return left.replace(part, () => instead);
  }, text);
}

/** A path that ends so. @param {string} file */
const pathOf = (file) => new RegExp(`[/\\\\]${file.replaceAll("/", "[/\\\\]").replaceAll(".", "\\.")}$`);

/** @type {import("esbuild").Plugin} */
const withoutGovernance = {
  name: "without governance",
  setup({ onLoad }) {
    for (const [file, contents] of Object.entries(nothing)) onLoad({ filter: pathOf(file) }, () => ({ contents }));
    for (const [file, found] of Object.entries(cuts)) {
      onLoad({ filter: pathOf(file) }, ({ path }) => ({ contents: cutOut(file, readFileSync(path, "utf8"), found) }));
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
