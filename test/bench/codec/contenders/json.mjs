/**
 * JSON at its best: the order keeps its 64-bit integers as decimal strings and its map as an object, so nothing is converted;
 * only where a payload is about bytes or 64-bit integers does it become and come back as base64 or text.
 */
const same = (/** @type {any} */ value) => value;
const bytesFrom = (/** @type {unknown} */ value) => Buffer.from(JSON.stringify(value));
const valueFrom = (/** @type {Uint8Array} */ bytes) => JSON.parse(/** @type {Buffer} */ (bytes).toString());

/** @type {import("./contender.mjs").Codecs} */
export const codecs = {
  order: { value: orderFrom, encode: bytesFrom, decode: valueFrom },
  tiny: { value: same, encode: bytesFrom, decode: valueFrom },
  list: { value: same, encode: bytesFrom, decode: valueFrom },
  packed: { value: same, encode: bytesFrom, decode: valueFrom },
  text: { value: same, encode: bytesFrom, decode: valueFrom },
  bytes: {
    value: (plain) => ({ data: Buffer.from(plain.data) }),
    encode: (value) => bytesFrom({ data: value.data.toString("base64") }),
    decode: (bytes) => ({ data: Buffer.from(valueFrom(bytes).data, "base64") }),
  },
  ids: {
    value: same,
    encode: (value) => bytesFrom(mapIds(value, String)),
    decode: (bytes) => mapIds(valueFrom(bytes), BigInt),
  },
};

/** @param {any} plain */
function orderFrom(plain) {
  const text = JSON.stringify(plain, (_, value) => (typeof value === "bigint" ? String(value) : value));
  return JSON.parse(text);
}

/**
 * @param {any} value
 * @param {(id: any) => unknown} convert
 */
function mapIds(value, convert) {
  return {
    users: value.users.map(convert),
    offsets: value.offsets.map(convert),
    hashes: value.hashes.map(convert),
    owner: convert(value.owner),
  };
}
