/**
 * One payload of one contender. Each payload has functions of its own, so that one process with several types sees the call sites
 * that an app would have.
 * @typedef {object} Codec
 * @property {(plain: any) => any} value the contender's own form of a neutral value, made as its documents advise
 * @property {(value: any) => Uint8Array} encode
 * @property {(bytes: Uint8Array) => any} decode
 */

/** @typedef {Readonly<Record<string, Codec>>} Codecs By payload; one that is missing is not for this contender. */

/**
 * Who is compared. `protobuf`: payloads that it writes in the protobuf wire format, so its bytes must equal those of the others.
 * @type {Readonly<Record<string, { readonly label: string, readonly protobuf: "all" | "none" | readonly string[] }>>}
 */
export const contenders = {
  rpcgen: { label: "rpcgen", protobuf: "all" },
  protobufjs: { label: "protobufjs static", protobuf: "all" },
  "protobuf-es": { label: "@bufbuild/protobuf", protobuf: "all" },
  "ts-proto": { label: "ts-proto", protobuf: "all" },
  pbf: { label: "pbf", protobuf: ["tiny", "list", "packed", "text", "bytes"] },
  msgpackr: { label: "msgpackr, records", protobuf: "none" },
  avsc: { label: "avsc", protobuf: "none" },
  json: { label: "JSON", protobuf: "none" },
};

/** Whether the bytes of a contender must equal those of other protobuf contenders. @param {string} name @param {string} payload */
export function writesProtobuf(name, payload) {
  const { protobuf } = contenders[name];
  return protobuf === "all" || (protobuf !== "none" && protobuf.includes(payload));
}
