/** ts-proto: code from `protoc-gen-ts_proto` with `forceLong=bigint`, messages made with `fromPartial`. */
import { Blob, EntryList, Ids, Order, OrderStatus, Samples, Text, Tiny } from "../../gen/ts-proto/order.js";

/** @type {import("./contender.mjs").Codecs} */
export const codecs = {
  order: {
    value: (plain) => Order.fromPartial({ ...plain, status: statusFrom(plain.status) }),
    encode: (value) => Order.encode(value).finish(),
    decode: (bytes) => Order.decode(bytes),
  },
  tiny: {
    value: (plain) => Tiny.fromPartial(plain),
    encode: (value) => Tiny.encode(value).finish(),
    decode: (bytes) => Tiny.decode(bytes),
  },
  list: {
    value: (plain) => EntryList.fromPartial(plain),
    encode: (value) => EntryList.encode(value).finish(),
    decode: (bytes) => EntryList.decode(bytes),
  },
  packed: {
    value: (plain) => Samples.fromPartial(plain),
    encode: (value) => Samples.encode(value).finish(),
    decode: (bytes) => Samples.decode(bytes),
  },
  text: {
    value: (plain) => Text.fromPartial(plain),
    encode: (value) => Text.encode(value).finish(),
    decode: (bytes) => Text.decode(bytes),
  },
  bytes: {
    value: (plain) => Blob.fromPartial(plain),
    encode: (value) => Blob.encode(value).finish(),
    decode: (bytes) => Blob.decode(bytes),
  },
  ids: {
    value: (plain) => Ids.fromPartial(plain),
    encode: (value) => Ids.encode(value).finish(),
    decode: (bytes) => Ids.decode(bytes),
  },
};

/** @param {string} name */
function statusFrom(name) {
  return OrderStatus[`ORDER_STATUS_${name.toUpperCase()}`];
}
