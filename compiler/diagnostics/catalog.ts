import { syntaxCatalog } from "./catalog-syntax.ts";
import { semanticsCatalog } from "./catalog-semantics.ts";
import { projectCatalog } from "./catalog-project.ts";

/**
 * Every diagnostic of the compiler, the only user-facing text. RPC00xx files and project, RPC01xx syntax, RPC02xx names and
 * numbers, RPC03xx types and annotations, RPC04xx services and policies.
 */
export const catalog = { ...projectCatalog, ...syntaxCatalog, ...semanticsCatalog } as const;
