import { annotationCatalog } from "./catalog-annotations.ts";
import { constraintCatalog } from "./catalog-constraints.ts";
import { exampleCatalog } from "./catalog-examples.ts";
import { importCatalog } from "./catalog-imports.ts";
import { nameCatalog } from "./catalog-names.ts";
import { numberCatalog } from "./catalog-numbers.ts";
import { serviceCatalog } from "./catalog-services.ts";
import { typeCatalog } from "./catalog-types.ts";

/** Findings about the meaning of schemas: RPC005x imports, RPC02xx names and numbers, RPC03xx types and annotations, RPC04xx services. */
export const semanticsCatalog = {
  ...importCatalog,
  ...nameCatalog,
  ...numberCatalog,
  ...typeCatalog,
  ...annotationCatalog,
  ...constraintCatalog,
  ...exampleCatalog,
  ...serviceCatalog,
} as const;
