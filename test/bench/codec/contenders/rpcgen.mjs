/** rpcgen: the code that `rpcgen compile` writes, over the built runtime. */
import { Blob, EntryList, Ids, Order, Samples, Text, Tiny } from "../../gen/rpcgen/order.rpc.js";

const same = (/** @type {any} */ value) => value;

/** @type {import("./contender.mjs").Codecs} */
export const codecs = {
  order: { value: orderFrom, encode: (value) => Order.encode(value), decode: (bytes) => Order.decode(bytes) },
  tiny: { value: same, encode: (value) => Tiny.encode(value), decode: (bytes) => Tiny.decode(bytes) },
  list: { value: same, encode: (value) => EntryList.encode(value), decode: (bytes) => EntryList.decode(bytes) },
  packed: { value: same, encode: (value) => Samples.encode(value), decode: (bytes) => Samples.decode(bytes) },
  text: { value: same, encode: (value) => Text.encode(value), decode: (bytes) => Text.decode(bytes) },
  bytes: { value: same, encode: (value) => Blob.encode(value), decode: (bytes) => Blob.decode(bytes) },
  ids: { value: same, encode: (value) => Ids.encode(value), decode: (bytes) => Ids.decode(bytes) },
};

/** @param {any} plain */
function orderFrom(plain) {
  return { ...plain, labels: new Map(Object.entries(plain.labels)) };
}
