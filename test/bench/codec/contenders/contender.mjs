/**
 * One payload of one contender. Each payload has functions of its own, so that one process with several types sees the call sites
 * that an app would have.
 * @typedef {object} Codec
 * @property {(plain: any) => any} value the contender's own form of a neutral value, made as its documents advise
 * @property {(value: any) => Uint8Array} encode
 * @property {(bytes: Uint8Array) => any} decode
 */

/** @typedef {Readonly<Record<string, Codec>>} Codecs By payload. */

/**
 * Who is compared. `protobuf`: writes the protobuf wire format, so its bytes must equal those of the others.
 * @type {Readonly<Record<string, { readonly label: string, readonly protobuf: boolean }>>}
 */
export const contenders = {
  rpcgen: { label: "rpcgen", protobuf: true },
  protobufjs: { label: "protobufjs static", protobuf: true },
  "protobuf-es": { label: "@bufbuild/protobuf", protobuf: true },
  json: { label: "JSON", protobuf: false },
};
