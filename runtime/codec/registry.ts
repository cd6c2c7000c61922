import { binaryCodec } from "./binary.ts";
import type { Codec } from "./codec.ts";
import { jsonCodec } from "./json.ts";

/** The codecs that an endpoint knows. */
export interface CodecRegistry {
  /** In order of preference. */
  readonly codecs: readonly Codec[];
  byId(id: number): Codec | undefined;
  byName(name: string): Codec | undefined;
}

/**
 * @param codecs in order of preference; ids and names are unique
 * @throws TypeError when two codecs share an id or a name
 */
export function createCodecRegistry(codecs: readonly Codec[] = [binaryCodec, jsonCodec]): CodecRegistry {
  const ids = new Map(codecs.map((codec) => [codec.id, codec]));
  const names = new Map(codecs.map((codec) => [codec.name, codec]));
  if (ids.size < codecs.length || names.size < codecs.length) {
    throw new TypeError("two codecs share an id or a name; give each its own");
  }
  return Object.freeze({
    codecs: Object.freeze([...codecs]),
    byId: (id: number) => ids.get(id),
    byName: (name: string) => names.get(name),
  });
}
