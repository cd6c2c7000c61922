import { type CatalogEntry } from "./diagnostic.ts";

export const projectCatalog = {} as const satisfies Record<string, CatalogEntry<never>>;
