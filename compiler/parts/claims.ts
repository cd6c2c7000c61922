import { methodIdFromPath } from "@rpcgen/runtime/descriptor";
import type { Analysis } from "../semantics/analyse.ts";
import { MAX_INSTANCES } from "../semantics/instances.ts";
import type { Module, ResolvedType } from "../semantics/program.ts";

/**
 * What a file takes for itself in a whole compilation, however far its owner: names in a package, numbers of methods, names of
 * instances. A claim is a name and what it stands for; two files may make the same claim, but not one name for two things.
 */
export type Claims = readonly (readonly [name: string, meaning: string])[];

/** The claims of a file. */
export function claimsOf(module: Module, analysis: Analysis): Claims {
  const { bound, methods, instances } = analysis;
  const claims: [string, string][] = [];
  if (module.packageName !== "") {
    for (const { fullName } of bound.topLevel.get(module)?.values() ?? [])
      claims.push([`name ${fullName}`, module.path]);
  }
  for (const symbol of bound.topLevel.get(module)?.values() ?? []) {
    for (const { path } of methods.get(symbol) ?? []) claims.push([`method ${methodIdFromPath(path)}`, path]);
  }
  for (const { fullName, symbol, arguments: args } of instances.ofModule(module)) {
    const scope = module.packageName === "" ? `${module.path}:` : "";
    claims.push([`instance ${scope}${fullName}`, textOf({ kind: "declared", symbol, arguments: args })]);
  }
  return claims;
}

/** A text that two types share exactly when they are the same type, in whatever process. */
function textOf(type: ResolvedType): string {
  switch (type.kind) {
    case "unknown":
      return "?";
    case "scalar":
    case "builtin":
    case "parameter":
      return type.name;
    case "alias":
      return `${type.symbol.module.path}#${type.symbol.qualifiedName}`;
    case "list":
      return `${textOf(type.element)}[]`;
    case "map":
      return `{${textOf(type.key)},${textOf(type.value)}}`;
    case "declared":
      return `${type.symbol.module.path}#${type.symbol.qualifiedName}<${type.arguments.map(textOf).join()}>`;
  }
}

/** True when no name stands for two things, and there are not too many instances. */
export function areCompatible(all: Iterable<Claims>): boolean {
  const known = new Map<string, string>();
  let instances = 0;
  for (const claims of all) {
    for (const [name, meaning] of claims) {
      const before = known.get(name);
      if (before !== undefined && before !== meaning) return false;
      known.set(name, meaning);
      if (name.startsWith("instance ")) instances++;
    }
  }
  return instances <= MAX_INSTANCES;
}
