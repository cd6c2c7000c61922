import { rmSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Bug, bundleFuzzer, runFuzzer } from "./fuzz.mjs";

/** `npm run fuzz` runs many more; here is shown that the fuzzer runs, and that it finds. */
const cases = 20_000;

async function fuzz(kind: string, bug?: Bug, silentMs?: number): Promise<readonly string[]> {
  const file = await bundleFuzzer(bug);
  try {
    const { findings, cases: done } = await runFuzzer(file, { kind, seed: 1, first: 0, cases }, silentMs);
    return findings.length === 0 && done !== cases ? ["the run is too short"] : findings;
  } finally {
    rmSync(file);
  }
}

test.each(["frames", "bodies", "prefaces", "ports"])("nothing is found in a few cases of %s", async (kind) => {
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
      find: "for (const call of this.table.all()) call.cancel(error);",
      put: "",
    },
  ],
  [
    "calls are not told of the lost connection",
    "frames",
    {
      file: "runtime/connection/client-connection.ts",
      find: "    for (const call of this.table.all()) call.fail(error);\n",
      put: "",
    },
  ],
  [
    "memory is taken for what a frame claims to hold",
    "frames",
    {
      file: "runtime/protocol/frame-reader.ts",
      find: "const trustedBytes = 16 * 1024;",
      put: "const trustedBytes = 0;",
    },
  ],
  [
    "each connection leaves something behind",
    "prefaces",
    {
      file: "runtime/connection/multiplexer.ts",
      find: 'this.state = "opening";',
      put: 'this.state = "opening"; (globalThis.left ??= []).push(new Array(20));',
    },
  ],
  [
    "a row of the table of first bytes is missing",
    "ports",
    { file: "runtime/transport/sniff.ts", find: ', "OPTIONS *"]', put: "]" },
  ],
  [
    "a WebSocket is opened though a field that decides stands twice",
    "ports",
    {
      file: "runtime/transport/websocket-upgrade.ts",
      find: "if (earlier !== undefined && single.has(key)) return undefined;",
      put: "",
    },
  ],
  [
    "a page of another host is let in",
    "ports",
    {
      file: "runtime/transport/websocket-origin.ts",
      find: "if (originOf(origin) !== origin || new URL(origin).host !== withoutDefaultPort(origin, host)) return false;",
      put: "",
    },
  ],
  [
    "a frame of a WebSocket that comes in pieces is unmasked in the wrong place",
    "ports",
    {
      file: "runtime/transport/websocket-frame.ts",
      find: "head[at + ((phase + index) & 3)]",
      put: "head[at + (index & 3)]",
    },
  ],
  [
    "the timer of the handshake outlives it",
    "prefaces",
    { file: "runtime/connection/multiplexer.ts", find: "    this.opening?.close();\n", put: "" },
  ],
];

test("a case that never ends ends the process, and is found", async () => {
  const endless = { find: 'throw this.fail("a group ends that did not begin");', put: "for (;;);" };
  const findings = await fuzz("bodies", { file: "runtime/wire/reader.ts", ...endless }, 5_000);
  expect(findings).toEqual([expect.stringMatching(/^bodies: the process was silent for 5 s, near 1:\d+$/u)]);
});

describe("the fuzzer finds that", () => {
  test.each(bugs)("%s", async (_, kind, bug) => {
    expect(await fuzz(kind, bug)).not.toEqual([]);
  });
});
