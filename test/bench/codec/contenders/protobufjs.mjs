/** protobufjs: static code from `pbjs`, messages made with `create`, 64-bit integers as `Long`. */
import protobuf from "protobufjs/minimal.js";
import { bench } from "../../gen/protobufjs/order.js";

const { Address, Blob, EntryList, Ids, Order, OrderLine, OrderStatus, Samples, Text, Tiny } = bench.v1;
/** @type {any} */
const Long = protobuf.util.Long;
const signed = (/** @type {bigint} */ value) => Long.fromString(String(value), false);
const unsigned = (/** @type {bigint} */ value) => Long.fromString(String(value), true);

/** @type {import("./contender.mjs").Codecs} */
export const codecs = {
  order: {
    value: orderFrom,
    encode: (value) => Order.encode(value).finish(),
    decode: (bytes) => Order.decode(bytes),
  },
  tiny: {
    value: (plain) => Tiny.create(plain),
    encode: (value) => Tiny.encode(value).finish(),
    decode: (bytes) => Tiny.decode(bytes),
  },
  list: {
    value: (plain) => EntryList.create({ entries: plain.entries.map(bench.v1.Entry.create) }),
    encode: (value) => EntryList.encode(value).finish(),
    decode: (bytes) => EntryList.decode(bytes),
  },
  packed: {
    value: (plain) => Samples.create(plain),
    encode: (value) => Samples.encode(value).finish(),
    decode: (bytes) => Samples.decode(bytes),
  },
  text: {
    value: (plain) => Text.create(plain),
    encode: (value) => Text.encode(value).finish(),
    decode: (bytes) => Text.decode(bytes),
  },
  bytes: {
    value: (plain) => Blob.create(plain),
    encode: (value) => Blob.encode(value).finish(),
    decode: (bytes) => Blob.decode(bytes),
  },
  ids: { value: idsFrom, encode: (value) => Ids.encode(value).finish(), decode: (bytes) => Ids.decode(bytes) },
};

/** @param {any} plain */
function orderFrom(plain) {
  return Order.create({
    ...plain,
    id: unsigned(plain.id),
    customerId: signed(plain.customerId),
    totalCents: signed(plain.totalCents),
    placedAtMs: signed(plain.placedAtMs),
    status: OrderStatus[`ORDER_STATUS_${plain.status.toUpperCase()}`],
    lines: plain.lines.map((/** @type {any} */ line) => OrderLine.create(line)),
    shipTo: Address.create(plain.shipTo),
  });
}

/** @param {any} plain */
function idsFrom(plain) {
  return Ids.create({
    users: plain.users.map(unsigned),
    offsets: plain.offsets.map(signed),
    hashes: plain.hashes.map(unsigned),
    owner: signed(plain.owner),
  });
}
