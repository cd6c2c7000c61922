/** What the figures depend on: versions and the shape of the machine, no names and no paths. */
import { readFileSync } from "node:fs";
import { availableParallelism, totalmem } from "node:os";

/** Packages whose versions belong to a result. */
const packages = {
  "@rpcgen/runtime": "@rpcgen/runtime",
  protobufjs: "protobufjs",
  "@bufbuild/protobuf": "@bufbuild/protobuf",
  "@grpc/grpc-js": "@grpc/grpc-js",
};

/** @returns {{ node: string, v8: string, platform: string, cores: number, memoryGiB: number, versions: Record<string, string> }} */
export function describeMachine() {
  return {
    node: process.versions.node,
    v8: process.versions.v8,
    platform: `${process.platform} ${process.arch}`,
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    versions: Object.fromEntries(Object.entries(packages).map(([name, path]) => [name, versionOf(path)])),
  };
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
