import { describe, expect, test } from "vitest";
import { FrameKind } from "../../runtime/protocol/frame.ts";
import { readSessions } from "./corpus.ts";
import { createClient, createServer } from "./sides.ts";
import { createStillEnvironment } from "./still-environment.ts";
import { WireEnd } from "./wire-end.ts";

/** Every session of the vectors, at a connection: cut after each byte, and ended after each byte. */
const vectors = new URL("../conformance/vectors", import.meta.url).pathname;
const roles = [
  { role: "server", create: createServer, scripts: scriptsOf("sessions-server") },
  { role: "client", create: createClient, scripts: scriptsOf("sessions-client") },
];
type Play = (script: readonly Uint8Array[], pieceBytes: number) => string;

/** The sessions of a file, and one with the kind of frame that they lack: a pong, which is an answer to nothing here. */
function scriptsOf(name: string): Uint8Array[][] {
  const scripts = readSessions(`${vectors}/${name}.jsonl`);
  const [option = new Uint8Array(0)] = scripts[0] ?? [];
  return [...scripts, [option, Buffer.from("3bef0109000000000000000000000000000000ff", "hex")]];
}

/** Feeds a script in pieces of one size, the last part of which may be missing. @returns what was written, in hexadecimal digits */
function playTo(create: typeof createServer): Play {
  return (script, pieceBytes) => {
    const end = new WireEnd(true);
    const environment = createStillEnvironment();
    const side = create(end, environment);
    environment.flush();
    for (const bytes of script) {
      end.feedPieces(bytes, pieceBytes);
      environment.flush();
    }
    end.end();
    side.check();
    environment.flush();
    expect(environment.timers).toBe(0);
    return Buffer.concat(end.written ?? []).toString("hex");
  };
}

/** The kinds of frames that scripts send, whole ones. */
function kindsOf(scripts: readonly (readonly Uint8Array[])[]): number[] {
  const kinds = new Set<number>();
  for (const script of scripts) {
    const stream = Buffer.concat(script.slice(1));
    for (
      let at = 0;
      at + 20 <= stream.length && stream.readUInt16BE(at) === 0x3bef;
      at += 20 + stream.readUInt32BE(at + 4)
    )
      kinds.add(stream[at + 3] as number);
  }
  return [...kinds];
}

/** The first `length` bytes of a script. */
function beginning(script: readonly Uint8Array[], length: number): Uint8Array[] {
  let left = length;
  return script.map((bytes) => {
    const part = bytes.subarray(0, left);
    left -= part.length;
    return part;
  });
}

describe.each(roles)("a $role", ({ create, scripts }) => {
  const play = playTo(create);

  test.each([1, 2, 3, 7, 19, 20, 21])("says the same when everything comes in pieces of %d bytes", (pieceBytes) => {
    for (const script of scripts) expect(play(script, pieceBytes)).toBe(play(script, Infinity));
  });

  test("says the same wherever one step of a session is cut in two", () => {
    for (const script of scripts) {
      const whole = play(script, Infinity);
      for (const [step, bytes] of script.entries()) {
        for (let cut = 1; cut < Math.min(bytes.length, 300); cut++) {
          const pieces = [bytes.subarray(0, cut), bytes.subarray(cut)];
          expect(play(script.toSpliced(step, 1, Buffer.concat(pieces)), cut)).toBe(whole);
        }
      }
    }
  });

  test("has said nothing else, and leaves nothing behind, when the connection ends after any byte", () => {
    for (const script of scripts) {
      const whole = play(script, Infinity);
      const length = Buffer.concat(script).length;
      for (let end = 0; end < length; end++)
        expect(whole.startsWith(play(beginning(script, end), Infinity))).toBe(true);
    }
  });
});

test("the sessions have every kind of frame", () => {
  const known = Object.values(FrameKind);
  const sent = new Set(roles.flatMap(({ scripts }) => kindsOf(scripts)));
  expect(known.filter((kind) => !sent.has(kind))).toEqual([]);
  expect([...sent].some((kind) => kind >= 0x80)).toBe(true);
});
