/**
 * avsc: types compiled from Avro schemas, 64-bit integers as bigint by its `LongType.__with`. Avro has no unsigned integers, so
 * those are given as signed ones of the same bits; an absent field is `null`.
 */
import avro from "avsc";

const long = avro.types.LongType.__with({
  fromBuffer: (/** @type {Buffer} */ buffer) => buffer.readBigInt64LE(),
  toBuffer(/** @type {bigint} */ value) {
    const buffer = Buffer.alloc(8);
    buffer.writeBigInt64LE(value);
    return buffer;
  },
  fromJSON: BigInt,
  toJSON: Number,
  isValid: (/** @type {unknown} */ value) => typeof value === "bigint",
  compare: (/** @type {bigint} */ one, /** @type {bigint} */ other) => (one === other ? 0 : one < other ? -1 : 1),
});

/** @param {string} name @param {Readonly<Record<string, unknown>>} fields @returns {any} */
const record = (name, fields) => ({
  type: "record",
  name,
  fields: Object.entries(fields).map(([field, type]) => ({ name: field, type })),
});
const list = (/** @type {unknown} */ items) => ({ type: "array", items });
const maybeText = ["null", "string"];
const same = (/** @type {any} */ value) => value;
const signed = (/** @type {bigint} */ value) => BigInt.asIntN(64, value);

const address = record("Address", {
  recipient: "string",
  street: "string",
  city: "string",
  postalCode: "string",
  country: "string",
});
const line = record("OrderLine", {
  sku: "string",
  title: "string",
  quantity: "int",
  unitCents: "int",
  taxRate: "double",
});
const order = record("Order", {
  id: "long",
  reference: "string",
  customerId: "long",
  customerName: "string",
  email: maybeText,
  status: { type: "enum", name: "OrderStatus", symbols: ["unspecified", "placed", "paid", "shipped", "delivered"] },
  currency: "string",
  totalCents: "long",
  lines: list(line),
  shipTo: address,
  labels: { type: "map", values: "string" },
  placedAtMs: "long",
  note: maybeText,
  weightGrams: "double",
  express: "boolean",
});
const entry = record("Entry", { id: "int", name: "string", score: "double", active: "boolean" });
const samples = record("Samples", {
  counts: list("int"),
  deltas: list("int"),
  values: list("double"),
  readings: list("float"),
});
const ids = record("Ids", { users: list("long"), offsets: list("long"), hashes: list("long"), owner: "long" });

/** @type {import("./contender.mjs").Codecs} */
export const codecs = {
  order: codecOf(order, (plain) => ({
    ...plain,
    email: plain.email ?? null,
    note: plain.note ?? null,
    id: signed(plain.id),
  })),
  tiny: codecOf(record("Tiny", { id: "int", ok: "boolean", name: "string" }), same),
  list: codecOf(record("EntryList", { entries: list(entry) }), same),
  packed: codecOf(samples, same),
  text: codecOf(record("Text", { body: "string" }), same),
  bytes: codecOf(record("Blob", { data: "bytes" }), (plain) => ({ data: Buffer.from(plain.data) })),
  ids: codecOf(ids, (plain) => ({ ...plain, users: plain.users.map(signed), hashes: plain.hashes.map(signed) })),
};

/**
 * @param {any} schema
 * @param {(plain: any) => any} value
 * @returns {import("./contender.mjs").Codec}
 */
function codecOf(schema, value) {
  const type = avro.Type.forSchema(schema, { registry: { long } });
  return {
    value,
    encode: (one) => type.toBuffer(one),
    decode: (bytes) => type.fromBuffer(/** @type {Buffer} */ (bytes)),
  };
}
