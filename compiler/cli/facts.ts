import type { Declaration, SchemaDescriptor } from "@rpcgen/runtime/descriptor";
import type { Counts, UnitFacts } from "../emit/manifest.ts";
import type { Claims } from "../parts/claims.ts";

/** What a file holds, from a descriptor that is complete for it. */
export function factsFrom(schema: SchemaDescriptor, path: string, claims: Claims): UnitFacts {
  const file = schema.files.find((each) => each.path === path);
  return { ...countDeclarations(file?.declarations ?? []), claims };
}

/** How many declarations of the kinds that are counted there are. */
export function countDeclarations(declarations: readonly Declaration[]): { messages: number; services: number } {
  const count = (kind: Declaration["kind"]): number => declarations.filter((each) => each.kind === kind).length;
  return { messages: count("message"), services: count("service") };
}

/** Figures of a compilation from those of its files. */
export function countsOf(files: readonly { readonly messages: number; readonly services: number }[]): Counts {
  const sum = (of: "messages" | "services"): number => files.reduce((total, file) => total + file[of], 0);
  return { files: files.length, messages: sum("messages"), services: sum("services") };
}
