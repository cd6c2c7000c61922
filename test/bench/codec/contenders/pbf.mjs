/**
 * pbf: code of its compiler. It keeps 64-bit integers as doubles and has no optional fields, so the order is given numbers that a
 * double can hold and empty text for what is absent, and `ids`, which needs all 64 bits, is not for it.
 */
import { PbfReader, PbfWriter } from "pbf";
import {
  OrderStatus,
  readBlob,
  readEntryList,
  readOrder,
  readSamples,
  readText,
  readTiny,
  writeBlob,
  writeEntryList,
  writeOrder,
  writeSamples,
  writeText,
  writeTiny,
} from "../../gen/pbf/order.js";

/** Ids of the other contenders begin here, just beyond what a double can hold. */
const NEAR = 2n ** 53n;

const same = (/** @type {any} */ value) => value;

/** @type {import("./contender.mjs").Codecs} */
export const codecs = {
  order: {
    value: orderFrom,
    encode: (value) => finish(writeOrder, value),
    decode: (bytes) => readOrder(new PbfReader(bytes)),
  },
  tiny: { value: same, encode: (value) => finish(writeTiny, value), decode: (bytes) => readTiny(new PbfReader(bytes)) },
  list: {
    value: same,
    encode: (value) => finish(writeEntryList, value),
    decode: (bytes) => readEntryList(new PbfReader(bytes)),
  },
  packed: {
    value: same,
    encode: (value) => finish(writeSamples, value),
    decode: (bytes) => readSamples(new PbfReader(bytes)),
  },
  text: { value: same, encode: (value) => finish(writeText, value), decode: (bytes) => readText(new PbfReader(bytes)) },
  bytes: {
    value: same,
    encode: (value) => finish(writeBlob, value),
    decode: (bytes) => readBlob(new PbfReader(bytes)),
  },
};

/**
 * @param {(value: any, writer: any) => void} write
 * @param {any} value
 */
function finish(write, value) {
  const writer = new PbfWriter();
  write(value, writer);
  return writer.finish();
}

/** @param {any} plain */
function orderFrom(plain) {
  return {
    id: Number(plain.id - NEAR) + Number.MAX_SAFE_INTEGER - 1_000_000,
    reference: plain.reference,
    customer_id: Number(plain.customerId),
    customer_name: plain.customerName,
    email: plain.email ?? "",
    status: /** @type {any} */ (OrderStatus)[`ORDER_STATUS_${plain.status.toUpperCase()}`],
    currency: plain.currency,
    total_cents: Number(plain.totalCents),
    lines: plain.lines.map(lineFrom),
    ship_to: addressFrom(plain.shipTo),
    labels: plain.labels,
    placed_at_ms: Number(plain.placedAtMs),
    note: plain.note ?? "",
    weight_grams: plain.weightGrams,
    express: plain.express,
  };
}

/** @param {any} line */
function lineFrom({ sku, title, quantity, unitCents, taxRate }) {
  return { sku, title, quantity, unit_cents: unitCents, tax_rate: taxRate };
}

/** @param {any} address */
function addressFrom({ recipient, street, city, postalCode, country }) {
  return { recipient, street, city, postal_code: postalCode, country };
}
