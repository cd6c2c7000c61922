import { type CatalogEntry } from "./diagnostic.ts";

export const syntaxCatalog = {} as const satisfies Record<string, CatalogEntry<never>>;
