import { type CatalogEntry } from "./diagnostic.ts";

export const semanticsCatalog = {} as const satisfies Record<string, CatalogEntry<never>>;
