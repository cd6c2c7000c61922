import type { Codec } from "./codec.ts";

/** Messages in the protobuf wire format. The default. */
export const binaryCodec: Codec = Object.freeze<Codec>({
  id: 1,
  name: "binary",
  encode: (type, value) => type.encode(value),
  decode: (type, bytes) => type.decode(bytes),
});
