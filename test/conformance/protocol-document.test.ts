import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { HeaderTag, FrameKind } from "../../runtime/protocol/frame.ts";
import { parseOption } from "../../runtime/protocol/handshake.ts";
import { defaultLimits } from "../../runtime/protocol/limits.ts";
import { defaultServerLimits } from "../../runtime/server/server-options.ts";
import { createVirtualEnvironment } from "../../runtime/testing/virtual-environment.ts";
import { createVirtualPair } from "../../runtime/testing/virtual-network.ts";
import { createServerConnection } from "../../runtime/connection/server-connection.ts";
import {
  type FrameVector,
  frameVectors,
  hex,
  readFrames,
  readJson,
  unhex,
  writeFrame,
} from "../runtime/protocol/vectors.ts";

const document = readFileSync(new URL("../../runtime/PROTOCOL.md", import.meta.url), "utf8");
const clauses = new Set([...document.matchAll(/\*\*([A-Z]{3}-\d+)\*\*/g)].map(([, id]) => id as string));
const options = readJson<readonly { id: string; text: string; clauses: readonly string[] }[]>("options.json");
const examples = [...document.matchAll(/```hex vector=(\S+)\n([\s\S]*?)```/g)].map(
  ([, id = "", text = ""]) => [id, text.replaceAll(/\s/g, "")] as const,
);

function vector(id: string): FrameVector {
  const found = frameVectors.find((candidate) => candidate.id === id);
  if (found === undefined) throw new Error(`There is no vector ${id}.`);
  return found;
}

describe.each(examples)("example %s of the document", (id, text) => {
  test("is the vector of that name", () => {
    expect(text).toBe(vector(id).hex);
  });

  test("is read and written so", () => {
    const { frame } = vector(id);
    if (frame === undefined) throw new Error("An example must be a good frame.");
    expect(readFrames([unhex(text)])).toEqual([frame]);
    expect(hex(writeFrame(frame))).toBe(text);
  });
});

test("every kind that has a body or a header of its own has an example", () => {
  const shown = new Set(examples.map(([id]) => vector(id).frame?.kind));
  for (const [name, kind] of Object.entries(FrameKind))
    if (!["pong", "settings"].includes(name)) expect([name, shown.has(kind)]).toEqual([name, true]);
});

test("the Options of the document are the vectors of that name and parse", () => {
  const shown = [...document.matchAll(/```text option=(\S+)\n(.*)\n```/g)];
  expect(shown).toHaveLength(2);
  for (const [, id, text] of shown) {
    expect(`${text}\n`).toBe(options.find((candidate) => candidate.id === id)?.text);
    expect(typeof parseOption(Buffer.from(text ?? ""))).toBe("object");
  }
});

test("every clause that a vector or the code names is in the document", () => {
  for (const { id, clauses: named } of [...frameVectors, ...options])
    for (const clause of named) expect([id, clause, clauses.has(clause)]).toEqual([id, clause, true]);
});

test("the tables of tags and kinds are those of the code", () => {
  for (const number of Object.values(HeaderTag))
    expect(document).toMatch(new RegExp(`\\| +${number.toString(16).padStart(2, "0")} +\\|`));
  for (const [name, kind] of Object.entries(FrameKind))
    expect(document).toMatch(new RegExp(`\\| +${kind} +\\| ${name} +\\|`));
});

test("limits that the document names exist", () => {
  const names = [...document.matchAll(/`((?:max|min)?[A-Za-z]+(?:Ms|Bytes|Calls|Messages))`/g)].map(
    ([, name = ""]) => name,
  );
  const limits = Object.keys({ ...defaultLimits, ...defaultServerLimits });
  const known = new Set([...limits, "MaxFrameBytes", "MaxMessageBytes", "MaxCalls"]);
  expect(names.filter((name) => !known.has(name))).toEqual([]);
});

test("a server answers the example's Option and request with exactly the example's bytes", () => {
  const environment = createVirtualEnvironment();
  const [left, right] = createVirtualPair({ environment });
  createServerConnection({
    transport: right,
    environment,
    events: {
      onRequest(call, body) {
        expect([call.methodId, hex(body)]).toEqual([0x811c9dc5, "0807"]);
        call.respond(unhex("0a0161"));
        call.settle();
      },
    },
  });
  let got = "";
  left.start({ onData: (bytes) => void (got += hex(bytes)), onDrain: () => undefined, onClose: () => undefined });
  const option = options.find(({ id }) => id === "client-option");
  left.write(Buffer.from(option?.text ?? ""));
  left.write(unhex(vector("unary-request").hex));
  environment.advance(10);
  const answer = options.find(({ id }) => id === "server-option");
  expect(got).toBe(hex(Buffer.from(answer?.text ?? "")) + vector("response").hex);
});
