import { fc } from "../../property.ts";
import { describe, test } from "vitest";
import { decode } from "../../../compiler/decode/decode.ts";
import { DecodeError } from "../../../compiler/decode/decode-error.ts";
import { schema } from "../../conformance/implementation/schema.ts";
import { writeCapture } from "../../runtime/wireshark/capture.ts";
import { pcapng } from "./pcapng.ts";
import { bytesOf, clientOption, echoReply, echoRequest, failure, rareTags } from "./traffic.ts";

/** Inputs of every form, to be damaged. */
const whole: readonly Uint8Array[] = [
  bytesOf(clientOption, echoRequest, rareTags),
  bytesOf(echoReply, failure),
  Buffer.from(`00000000: ${echoRequest}\n`),
  writeCapture([{ from: "client", bytes: bytesOf(clientOption, echoRequest) }]),
  writeCapture([{ from: "server", bytes: bytesOf(echoReply) }], { family: 6, isBigEndian: true }),
  pcapng(true),
  pcapng(false),
];

/** Some bytes of one of them changed, a part of it cut out. */
const damaged = fc
  .tuple(
    fc.constantFrom(...whole),
    fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 6 }),
    fc.nat(),
    fc.nat({ max: 20 }),
  )
  .map(([input, changes, from, size]) => {
    const bytes = new Uint8Array(input);
    for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
    const start = from % bytes.length;
    return Buffer.concat([bytes.subarray(0, start), bytes.subarray(start + size)]);
  });

function survives(input: Uint8Array): void {
  try {
    decode(input, { schema });
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
  }
}

describe("decoding never fails but by a DecodeError", () => {
  test("for damaged input", () => {
    fc.assert(fc.property(damaged, survives), { numRuns: 3_000 });
  });

  test("for anything at all", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), survives), { numRuns: 1_000 });
  });
});
