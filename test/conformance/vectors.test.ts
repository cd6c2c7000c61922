import { readFileSync } from "node:fs";
import { format } from "prettier";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createLocalTestee, type LocalTestee } from "./implementation/testee.ts";
import { zstd } from "../../runtime/compression/zlib.ts";
import { schema } from "./implementation/schema.ts";
import { type Report, runVectors } from "./runner/run-vectors.mjs";
import { vectorFiles } from "./source/all.ts";
import { clausePage, withoutVectors } from "./source/clauses.ts";
import { toLines } from "./source/vector.ts";

const document = readFileSync(new URL("../../runtime/PROTOCOL.md", import.meta.url), "utf8");
const clauses = new Set([...document.matchAll(/\*\*([A-Z]{3}-\d+)\*\*/gu)].map(([, id = ""]) => id));
const vectors = Object.values(vectorFiles).flat();

describe("the published files", () => {
  test.each(Object.entries(vectorFiles))(
    "%s.jsonl is what its source says (vitest -u writes it)",
    async (name, list) => {
      await expect(toLines(list)).toMatchFileSnapshot(`vectors/${name}.jsonl`);
    },
  );

  test("CLAUSES.md names the vectors of each clause", async () => {
    const text = await format(clausePage(clauses, vectors), { parser: "markdown", printWidth: 120 });
    await expect(text).toMatchFileSnapshot("CLAUSES.md");
  });

  test("schema.json is the descriptor of schema.rpc", async () => {
    const text = await format(JSON.stringify(schema), { parser: "json", printWidth: 120 });
    await expect(text).toMatchFileSnapshot("schema.json");
  });
});

describe("each vector", () => {
  test("has an id of its own", () => {
    const ids = vectors.map(({ id }) => id);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  });

  test("cites clauses that PROTOCOL.md has", () => {
    const wrong = vectors.flatMap(({ id, reqs }) =>
      reqs.filter((clause) => !clauses.has(clause)).map((clause) => `${id} cites ${clause}`),
    );
    expect(wrong).toEqual([]);
  });

  test("needs no number that a JSON parser could damage", () => {
    const large: unknown[] = [];
    JSON.stringify(vectors, (_key, value: unknown) => {
      if (typeof value === "number" && Math.abs(value) >= 2 ** 31) large.push(value);
      return value;
    });
    expect(large).toEqual([]);
  });
});

test("each clause has vectors, or a reason to have none, not both", () => {
  const shown = new Set(vectors.flatMap(({ reqs }) => reqs));
  expect([...clauses].filter((clause) => !shown.has(clause)).toSorted()).toEqual(
    Object.keys(withoutVectors).toSorted(),
  );
});

describe("this implementation", () => {
  let testee: LocalTestee;
  let report: Report;
  beforeAll(async () => {
    testee = createLocalTestee();
    report = await runVectors({ testee, vectors, schema });
  });
  afterAll(() => testee.close());

  test("does what every vector says", () => {
    expect(report.surprises).toEqual([]);
    const left = report.results.filter(({ outcome }) => outcome !== "passed");
    // Node has no zstd before 22.15.
    expect(new Set(left.map(({ message }) => message))).toEqual(new Set(zstd === undefined ? ["no zstd"] : []));
  });
});
