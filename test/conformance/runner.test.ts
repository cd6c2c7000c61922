import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { runVectors, tableOf, type Testee } from "./runner/run-vectors.mjs";
import type { Vector } from "./source/vector.ts";

const vector: Vector = {
  id: "body-a",
  reqs: ["BIN-1"],
  level: "required",
  kind: "body",
  schema: "conformance.v1.Note",
  serialization: "binary",
  hex: "1005",
  value: { count: "5" },
  encoded: "1005",
  also: ["108500"],
  expect: { ok: true },
};
const refused: Vector = { ...vector, id: "body-b", hex: "10", expect: { error: true, code: 3 } };

function testeeOf(answers: Readonly<Record<string, object>>): Testee {
  const hello = { name: "fake", modes: ["codec"], serializations: ["binary"] };
  return {
    request: async ({ op }) => ({ hello, ...answers })[op as string] as Readonly<Record<string, unknown>>,
  };
}

const good = { decode: { value: { count: "5" } }, encode: { hex: "1005" } };

async function surprises(
  answers: Readonly<Record<string, object>>,
  known: Readonly<Record<string, string>> = {},
  vectors: readonly Vector[] = [vector],
): Promise<readonly string[]> {
  return (await runVectors({ testee: testeeOf(answers), vectors, known })).surprises;
}

describe("the runner", () => {
  test("is content with the value and the bytes of the vector, or others that it allows", async () => {
    expect(await surprises(good)).toEqual([]);
    expect(await surprises({ ...good, encode: { hex: "108500" } })).toEqual([]);
  });

  test("reports another value, other bytes and a refusal", async () => {
    expect(await surprises({ ...good, decode: { value: { count: 5 } } })).toEqual([
      'body-a: read {"count":5}, expected {"count":"5"}',
    ]);
    expect(await surprises({ ...good, encode: { hex: "10" } })).toEqual(["body-a: wrote 10, expected 1005"]);
    expect(await surprises({ decode: { error: { code: 3 } } })).toEqual(['body-a: refused: {"error":{"code":3}}']);
  });

  test("reports what should have been refused, and refused otherwise", async () => {
    expect(await surprises(good, {}, [refused])).toEqual([
      'body-b: expected {"error":true,"code":3}, found {"value":{"count":"5"}}',
    ]);
    expect(await surprises({ decode: { error: { code: 13 } } }, {}, [refused])).toEqual([
      "body-b: expected code 3, found 13",
    ]);
  });

  test("skips what the testee does not claim to do", async () => {
    const session: Vector = { ...vector, id: "s", kind: "session", role: "server" };
    const report = await runVectors({
      testee: testeeOf(good),
      vectors: [{ ...vector, serialization: "json" }, session],
    });
    expect(report.results.map(({ outcome }) => outcome)).toEqual(["skipped", "skipped"]);
    expect(tableOf(report)).toContain("\nskipped: 1 for no json, 1 for no server mode\n\nas expected\n");
  });

  test("skips what needs features that the testee does not name", async () => {
    const packed: Vector = {
      ...vector,
      kind: "compressed",
      needs: ["gzip"],
      compressor: "gzip",
      value: { hex: "61", times: 3 },
    };
    const outcomes = async (features: readonly string[], decompress: object): Promise<readonly unknown[]> => {
      const hello = { modes: ["codec"], features };
      const { results } = await runVectors({ testee: testeeOf({ hello, decompress }), vectors: [packed] });
      return results.map(({ outcome, message }) => message ?? outcome);
    };
    expect(await outcomes([], {})).toEqual(["no gzip"]);
    expect(await outcomes(["gzip"], { hex: "616161" })).toEqual(["passed"]);
    expect(await outcomes(["gzip"], { hex: "6161" })).toEqual(["read 6161, expected 61, 3 times"]);
    expect(await outcomes(["gzip"], { error: { code: 8 } })).toEqual(['refused: {"error":{"code":8}}']);
  });

  test("wants the list of known failures to be exact", async () => {
    const broken = { ...good, encode: { hex: "10" } };
    const message = "wrote 10, expected 1005";
    expect(await surprises(broken, { "body-a": message })).toEqual([]);
    expect(await surprises(broken, { "body-a": "wrote 11, expected 1005" })).toEqual([
      `body-a fails in another way than listed: ${message}, listed: wrote 11, expected 1005`,
    ]);
    expect(await surprises(good, { "body-a": message })).toEqual([
      "body-a is listed as a known failure, but it passed",
    ]);
    expect(await surprises(good, { "body-z": message })).toEqual([
      "body-z is listed as a known failure, but there is no such vector in this run",
    ]);
  });

  test("goes on after an answer that does not come, and ends with the testee", async () => {
    const decode = good.decode;
    const silent: Testee = {
      request: async (message) =>
        message["op"] === "decode" && message["hex"] === "10"
          ? new Promise(() => undefined)
          : testeeOf({ decode, encode: good.encode }).request(message),
    };
    const { surprises: found } = await runVectors({ testee: silent, vectors: [refused, vector], waitMs: 5 });
    expect(found).toEqual(["body-b: waited 5 ms in vain for the answer to decode"]);
    const dead: Testee = {
      request: async (message) =>
        message["op"] === "decode"
          ? Promise.reject(new Error("the testee ended (9)"))
          : testeeOf(good).request(message),
    };
    await expect(runVectors({ testee: dead, vectors: [vector] })).rejects.toThrow(
      "the testee ended (9), at the vector body-a",
    );
  });

  test("wants to know what the testee can do, and where it listens", async () => {
    for (const hello of [
      {},
      { modes: [] },
      { modes: ["codec", "decode"] },
      { modes: "codec" },
      { modes: ["codec"], serializations: 1 },
      { modes: ["codec"], features: "gzip" },
    ])
      await expect(surprises({ hello })).rejects.toThrow(
        /^the testee answered hello with \{.*; expected \{name, modes/u,
      );
    await expect(surprises({ hello: { modes: ["server"] }, listen: { port: "80" } })).rejects.toThrow(
      'the testee answered listen with {"port":"80"}; expected {port}, a number',
    );
  });

  test("prints a table", async () => {
    const report = await runVectors({ testee: testeeOf(good), vectors: [vector, refused] });
    expect(tableOf(report)).toBe(`fake               passed   failed  skipped
body                    1        1        0
all                     1        1        0

body-b: expected {"error":true,"code":3}, found {"value":{"count":"5"}}
1 unexpected
`);
  });
});

/** A testee for the command line: it decodes every body to the same value. */
const stub = `
let data = Buffer.alloc(0);
const answers = { hello: { name: "stub", modes: ["codec"] }, decode: { value: {} }, encode: { hex: "" } };
process.stdin.on("data", (piece) => {
  data = Buffer.concat([data, piece]);
  while (data.length >= 4 && data.length >= 4 + data.readUInt32BE(0)) {
    const end = 4 + data.readUInt32BE(0);
    const { id, op } = JSON.parse(data.subarray(4, end));
    data = data.subarray(end);
    const body = Buffer.from(JSON.stringify({ id, ...answers[op] }));
    const head = Buffer.alloc(4);
    head.writeUInt32BE(body.length);
    process.stdout.write(Buffer.concat([head, body]));
  }
});`;

describe("the command line", () => {
  const folder = mkdtempSync(join(tmpdir(), "conformance-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const program = join(folder, "stub.cjs");
  writeFileSync(program, stub);
  const run = (...args: readonly string[]): { status: number | null; stdout: string; stderr: string } =>
    spawnSync(process.execPath, [join(import.meta.dirname, "run.mjs"), ...args], { encoding: "utf8" });
  const testee = `"${process.execPath}" "${program}"`;

  test("ends with 0 when all is as expected", () => {
    const { status, stdout } = run("--testee", testee, "--only", "body-empty-message");
    expect([status, stdout]).toEqual([
      0,
      "stub               passed   failed  skipped\nbody                    1        0        0\nall                     1        0        0\n\nas expected\n",
    ]);
  });

  test("ends with 1 when something is not, and writes the report as JSON", () => {
    const file = join(folder, "report.json");
    expect(run("--testee", testee, "--only", "body-several-fields", "--json", file).status).toBe(1);
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual({
      name: "stub",
      results: [
        {
          id: "body-several-fields",
          kind: "body",
          level: "required",
          outcome: "failed",
          message: 'read {}, expected {"text":"hi","count":"5"}',
        },
      ],
      surprises: ['body-several-fields: read {}, expected {"text":"hi","count":"5"}'],
    });
  });

  test("ends with 2 when it cannot run", () => {
    expect(run()).toMatchObject({ status: 2, stderr: expect.stringContaining("error: --testee is missing") });
    expect(run("--testee", "exit 7")).toMatchObject({ status: 2, stderr: "error: the testee ended (7)\n" });
    expect(run("--testee", testee, "--only", "no-such-vector").status).toBe(2);
  });

  const node = (script: string): string => `"${process.execPath}" -e "${script};process.stdin.resume()"`;
  const silent = node("0");

  test.each([
    ["text", ["--testee", node("console.log('hello')")], 'the testee wrote "hello\\n"; expected an object in JSON'],
    ["no JSON", ["--testee", node("process.stdout.write('\\0\\0\\0\\x02{]')")], "; expected an object in JSON"],
    ["null", ["--testee", node("process.stdout.write('\\0\\0\\0\\x04null')")], "; expected an object in JSON"],
    ["nothing", ["--testee", silent, "--wait", "50"], "waited 50 ms in vain for the answer to hello"],
    ["a wait", ["--testee", silent, "--wait", "long"], '--wait is a number of milliseconds above 0; found "long"'],
    ["a level", ["--testee", silent, "--level", "high"], '--level is "required" or left out; found "high"'],
    ["no list", ["--testee", silent, "--known", program], `${program} must hold a JSON object`],
  ])("ends with 2 for %s and says what was expected", (_, args, message) => {
    const { status, stdout, stderr } = run(...args);
    expect([status, stdout, stderr]).toEqual([2, "", expect.stringContaining(message)]);
  });

  test("has a help", () => {
    expect(run("--help")).toMatchObject({ status: 0, stdout: expect.stringMatching(/^Usage: /u) });
  });
});
