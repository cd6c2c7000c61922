import { type CatalogEntry, entry } from "./diagnostic.ts";

export const syntaxCatalog = {
  unexpected: entry<{ found: string; expected: string; help: readonly string[] }>({
    code: "RPC0101",
    severity: "error",
    title: "Something else was expected here",
    explanation:
      "The text does not continue the way the construct it stands in goes on. The message names what would fit. " +
      "The statement is skipped, so nothing inside it is checked until this is mended.",
    clause: "2.1",
    text: ({ found, expected, help }) => ({ message: `expected ${expected}, found ${found}`, help }),
  }),
} as const satisfies Record<string, CatalogEntry<never>>;
