/** What the figures depend on: versions and the shape of the machine, no names and no paths. */
import { readFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, totalmem } from "node:os";

/** Packages whose versions belong to a result. */
const packages = [
  "@rpcgen/runtime",
  "protobufjs",
  "@bufbuild/protobuf",
  "ts-proto",
  "pbf",
  "msgpackr",
  "avsc",
  "@grpc/grpc-js",
  "@connectrpc/connect-node",
  "@trpc/server",
  "thrift",
  "moleculer",
  "capnweb",
  "fastify",
  "undici",
  "ws",
  "@bufbuild/buf",
  "@bufbuild/protoc-gen-es",
  "esbuild",
];

/** @returns {{ platform: string, processor: string, cores: number, memoryGiB: number, versions: Record<string, string> }} */
export function describeMachine() {
  return {
    platform: `${process.platform} ${process.arch}`,
    processor: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    versions: Object.fromEntries(packages.map((name) => [name, versionOf(name)])),
  };
}

/** Processes that wanted a core during the last minute, on average. @returns {number} */
export function loadNow() {
  return Math.round(loadavg()[0] * 100) / 100;
}

/** @param {string} name */
function versionOf(name) {
  for (const folder of ["../node_modules", "../../../node_modules"]) {
    try {
      return JSON.parse(readFileSync(new URL(`${folder}/${name}/package.json`, import.meta.url), "utf8")).version;
    } catch {
      continue;
    }
  }
  return "not installed";
}
