import { readFileSync } from "node:fs";
import { decodeBody, encodeBody } from "../../runtime/codec/body.ts";
import type { MessageType } from "../../runtime/codegen/index.ts";
import { declarations, messageType } from "../conformance/implementation/schema.ts";
import { mutate } from "./mutate.ts";
import { allowTyped, Finding, type Target } from "./target.ts";

type AnyType = MessageType<unknown, unknown>;

interface Sample {
  readonly type: AnyType;
  readonly format: 1 | 2;
  readonly bytes: Uint8Array;
}

/** Decoders of generated types with every construct of the language, over the vectors: typed errors only, and what is read can be written and read again. */
export function createBodies(vectors: string): Target {
  const samples = [...read(`${vectors}/bodies.jsonl`), ...read(`${vectors}/bodies-hostile.jsonl`)];
  return {
    run(lots, meter) {
      const { type, format, bytes } = lots.pick(samples);
      const body = mutate(bytes, lots.pick(samples).bytes, lots);
      let value: unknown;
      const isRead = allowTyped(() => void (value = decodeBody(type, body, format)));
      meter.step(body.length);
      if (!isRead) return;
      let again: Uint8Array | undefined;
      allowTyped(() => void (again = encodeBody(type, value, format)));
      if (again === undefined) return;
      const written = again;
      if (!allowTyped(() => void decodeBody(type, written, format)))
        throw new Finding(`${type.typeName}: what was decoded and encoded cannot be decoded`);
      meter.step(body.length + written.length);
    },
  };
}

function read(file: string): Sample[] {
  const found: Sample[] = [];
  for (const line of readFileSync(file, "utf8").split("\n")) {
    if (line === "") continue;
    const { schema, serialization, hex } = JSON.parse(line) as {
      readonly schema: string;
      readonly serialization: string;
      readonly hex: string;
    };
    if (!declarations.has(schema) || hex.length > 8_000) continue;
    found.push({
      type: messageType(schema) as AnyType,
      format: serialization === "json" ? 2 : 1,
      bytes: Buffer.from(hex, "hex"),
    });
  }
  return found;
}
