import { check, format } from "prettier";
import { describe, expect, test } from "vitest";
import { renderSchema, schemaOf } from "../render.ts";
import { randomSchema } from "../random-schema.ts";
import { goldenCases } from "./cases.ts";

/** What prettier would change, as the first differing lines. */
async function differences(text: string): Promise<string> {
  if (await check(text, { parser: "typescript" })) return "";
  const formatted = (await format(text, { parser: "typescript" })).split("\n");
  const at = text.split("\n").findIndex((line, index) => line !== formatted[index]);
  return `line ${at + 1}\n${text
    .split("\n")
    .slice(at, at + 5)
    .join("\n")}\n--- prettier\n${formatted.slice(at, at + 5).join("\n")}`;
}

describe("prettier with its default settings accepts", () => {
  test.each(goldenCases())("the modules of $name", async ({ schemas, options }) => {
    for (const text of renderSchema(schemaOf(schemas), options).values()) expect(await differences(text)).toBe("");
  });

  test("the modules of random schemas", async () => {
    for (let seed = 1; seed <= 40; seed++) {
      const schema = schemaOf({ "test.rpc": randomSchema(seed) });
      const enums = seed % 4 === 0 ? "number" : "string";
      for (const text of renderSchema(schema, { enums }).values()) {
        expect(await differences(text), `seed ${seed}`).toBe("");
      }
    }
  });
});
