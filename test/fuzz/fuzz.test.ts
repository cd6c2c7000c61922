import { rmSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Bug, bundleFuzzer, runFuzzer } from "./fuzz.mjs";

/** `npm run fuzz` runs many more; here is shown that the fuzzer runs, and that it finds. */
const cases = 20_000;

async function fuzz(kind: string, bug?: Bug): Promise<readonly string[]> {
  const file = await bundleFuzzer(bug);
  try {
    const { findings, cases: done } = await runFuzzer(file, { kind, seed: 1, first: 0, cases });
    return findings.length === 0 && done !== cases ? ["the run is too short"] : findings;
  } finally {
    rmSync(file);
  }
}

test.each(["frames", "bodies", "prefaces"])("nothing is found in a few cases of %s", async (kind) => {
  expect(await fuzz(kind)).toEqual([]);
});

const bugs: readonly (readonly [what: string, kind: string, bug: Bug])[] = [
  [
    "a length that reaches behind the end is not checked",
    "bodies",
    {
      file: "runtime/wire/reader.ts",
      find: 'if (this.high !== 0 || length > this.end - this.pos) throw this.fail("a length reaches behind the end of the data");',
      put: "",
    },
  ],
  [
    "a decoder throws what is no error of ours",
    "bodies",
    {
      file: "runtime/wire/reader.ts",
      find: 'throw this.fail("a group ends that did not begin");',
      put: 'throw new TypeError("a group ends that did not begin");',
    },
  ],
  [
    "a server keeps calls of a lost connection",
    "frames",
    {
      file: "runtime/connection/server-connection.ts",
      find: "for (const call of this.#table.all()) call.cancel(error);",
      put: "",
    },
  ],
  [
    "calls are not told of the lost connection",
    "frames",
    {
      file: "runtime/connection/client-connection.ts",
      find: "    for (const call of this.#table.all()) call.fail(error);\n",
      put: "",
    },
  ],
  [
    "the timer of the handshake outlives it",
    "prefaces",
    { file: "runtime/connection/multiplexer.ts", find: "    this.#opening?.close();\n", put: "" },
  ],
];

describe("the fuzzer finds that", () => {
  test.each(bugs)("%s", async (_, kind, bug) => {
    expect(await fuzz(kind, bug)).not.toEqual([]);
  });
});
