import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import * as codegen from "../../../runtime/codegen/index.ts";
import { symbols } from "../../../runtime/codegen/symbols.ts";

const source = readFileSync(new URL("../../../runtime/codegen/index.ts", import.meta.url), "utf8");

/** The table describes itself no more than a catalogue lists its own cover. */
const ownNames = new Set(["symbols", "SymbolKind", "SymbolName"]);

function exported(): Map<string, string> {
  const found = new Map<string, string>();
  for (const [, typeOnly, list = ""] of source.matchAll(/export (type )?\{([^}]*)\}/g)) {
    for (const entry of list.split(",").map((text) => text.trim())) {
      if (entry === "") continue;
      const name = entry.replace(/^type /, "");
      found.set(name, typeOnly !== undefined || entry.startsWith("type ") ? "type" : "value");
    }
  }
  return found;
}

function byName([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number {
  return left < right ? -1 : 1;
}

test("the table of symbols is what the entry exports", () => {
  const expected = Object.fromEntries([...exported()].filter(([name]) => !ownNames.has(name)).sort(byName));
  expect(Object.fromEntries(Object.entries(symbols).sort(byName))).toEqual(expected);
});

test("every value of the table exists at run time", () => {
  for (const [name, kind] of Object.entries(symbols)) if (kind === "value") expect(codegen).toHaveProperty(name);
});
