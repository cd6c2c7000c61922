import type { Host } from "../source/host.ts";
import { directoryOf, forbiddenImportReason, isInside, joinPath } from "./paths.ts";
import type { Module } from "./program.ts";

/** Where an import leads, or why it leads nowhere. */
export type ImportTarget =
  | { readonly path: string; readonly root: string; readonly prefix: string }
  | {
      readonly problem: "forbidden" | "proto" | "extension" | "escapes" | "package" | "missing";
      readonly reason?: string;
    };

export interface ModuleResolver {
  /** Resolves the text of an import written in `from`. Never throws. */
  resolve(text: string, from: Module): ImportTarget;
}

/** Creates a resolver; `importRoots` are canonical absolute directories. */
export function createModuleResolver(host: Host, importRoots: readonly string[]): ModuleResolver {
  return {
    resolve: (text, from) => {
      const reason = forbiddenImportReason(text);
      if (reason !== undefined) return { problem: "forbidden", reason };
      if (text.endsWith(".proto")) return { problem: "proto" };
      if (!text.endsWith(".rpc")) return { problem: "extension" };
      if (isRelative(text)) return resolveRelative(host, importRoots, { text, from });
      return resolveInRoots(host, importRoots, text) ?? resolveInPackages(host, text, from.absolutePath);
    },
  };
}

function isRelative(text: string): boolean {
  return text.startsWith("./") || text.startsWith("../");
}

function resolveRelative(
  host: Host,
  importRoots: readonly string[],
  request: { readonly text: string; readonly from: Module },
): ImportTarget {
  const { from, text } = request;
  const wanted = joinPath(directoryOf(from.absolutePath), text);
  const roots = [from.root, ...importRoots];
  if (climbsOut(from.absolutePath, text) || !roots.some((root) => isInside(root, wanted)))
    return { problem: "escapes" };
  const path = host.realPath(wanted);
  if (path === undefined || host.readFile(path) === undefined) return { problem: "missing" };
  const root = roots.find((candidate) => isInside(candidate, path));
  if (root === undefined) return { problem: "escapes" };
  return { path, root, prefix: root === from.root ? prefixOf(from) : "" };
}

/** True when `..` leads above the top of the file system, which joining would hide. */
function climbsOut(fromFile: string, text: string): boolean {
  let depth = fromFile.split("/").length - 2;
  for (const segment of text.split("/")) {
    if (segment === "..") depth--;
    else if (segment !== ".") depth++;
    if (depth < 0) return true;
  }
  return false;
}

/** What stands in a module's path before its place below its root: the name of its package. */
function prefixOf(module: Module): string {
  const below = module.absolutePath.slice(module.root.length).replace(/^\//, "");
  return module.path.endsWith(below) ? module.path.slice(0, module.path.length - below.length) : "";
}

function resolveInRoots(host: Host, importRoots: readonly string[], text: string): ImportTarget | undefined {
  for (const root of importRoots) {
    const wanted = joinPath(root, text);
    if (!isInside(root, wanted)) return { problem: "escapes" };
    const path = host.realPath(wanted);
    if (path === undefined || host.readFile(path) === undefined) continue;
    const owner = importRoots.find((candidate) => isInside(candidate, path));
    return owner === undefined ? { problem: "escapes" } : { path, root: owner, prefix: "" };
  }
  return undefined;
}

/** Node's way: `name/path.rpc` in the `node_modules` of each directory upwards; a directory with a package.json is a package. */
function resolveInPackages(host: Host, text: string, fromFile: string): ImportTarget {
  const segments = text.split("/");
  const nameLength = text.startsWith("@") ? 2 : 1;
  const name = segments.slice(0, nameLength).join("/");
  const rest = segments.slice(nameLength).join("/");
  if (rest === "") return { problem: "missing", reason: "a package file is named `package/path.rpc`" };
  if (segments.includes("..")) return { problem: "escapes" };
  for (let directory = directoryOf(fromFile); ; directory = directoryOf(directory)) {
    const packageDirectory = joinPath(directory, `node_modules/${name}`);
    const manifest = host.realPath(`${packageDirectory}/package.json`);
    if (manifest !== undefined) return fileOfPackage(host, { root: directoryOf(manifest), name, rest });
    if (directory === "/" || directory === directoryOf(directory)) return { problem: "package", reason: name };
  }
}

function fileOfPackage(
  host: Host,
  wanted: { readonly root: string; readonly name: string; readonly rest: string },
): ImportTarget {
  const path = host.realPath(joinPath(wanted.root, wanted.rest));
  if (path === undefined || host.readFile(path) === undefined) {
    return { problem: "missing", reason: `the package \`${wanted.name}\` has no file \`${wanted.rest}\`` };
  }
  if (!isInside(wanted.root, path)) return { problem: "escapes" };
  return { path, root: wanted.root, prefix: `${wanted.name}/` };
}
