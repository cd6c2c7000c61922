import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { renderSchema, schemaOf } from "../render.ts";
import { goldenCases } from "./cases.ts";

describe.each(goldenCases())("the modules of $name", ({ directory, schemas, options }) => {
  const expected = `${directory}/expected`;
  const texts = renderSchema(schemaOf(schemas), options);

  test("are as expected, byte for byte (UPDATE_GOLDEN=1 rewrites them)", () => {
    if (process.env.UPDATE_GOLDEN === "1") {
      mkdirSync(expected, { recursive: true });
      for (const [path, text] of texts) writeFileSync(`${expected}/${path}`, text);
    }
    expect([...texts.keys()].sort()).toEqual(readdirSync(expected).sort());
    for (const [path, text] of texts) expect(text).toBe(readFileSync(`${expected}/${path}`, "utf8"));
  });

  test("are the same when they are rendered again", () => {
    expect(renderSchema(schemaOf(schemas), options)).toEqual(texts);
  });

  test("suppress no lint, use no any and no enum", () => {
    for (const text of texts.values()) {
      const withoutStrings = text.replace(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'/g, '""').replace(/\/\*[^]*?\*\//g, "");
      expect(withoutStrings).not.toMatch(/eslint|oxlint|ts-nocheck|ts-ignore|\bany\b|^(?:export )?(?:const )?enum /m);
    }
  });
});
