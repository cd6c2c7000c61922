/** @bufbuild/protobuf: schemas from `protoc-gen-es`, messages made with `create`. */
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  BlobSchema,
  EntryListSchema,
  IdsSchema,
  OrderSchema,
  OrderStatus,
  SamplesSchema,
  TextSchema,
  TinySchema,
} from "../../gen/protobuf-es/order_pb.js";

/** @type {import("./contender.mjs").Codecs} */
export const codecs = {
  order: {
    value: (plain) => create(OrderSchema, { ...plain, status: statusFrom(plain.status) }),
    encode: (value) => toBinary(OrderSchema, value),
    decode: (bytes) => fromBinary(OrderSchema, bytes),
  },
  tiny: {
    value: (plain) => create(TinySchema, plain),
    encode: (value) => toBinary(TinySchema, value),
    decode: (bytes) => fromBinary(TinySchema, bytes),
  },
  list: {
    value: (plain) => create(EntryListSchema, plain),
    encode: (value) => toBinary(EntryListSchema, value),
    decode: (bytes) => fromBinary(EntryListSchema, bytes),
  },
  packed: {
    value: (plain) => create(SamplesSchema, plain),
    encode: (value) => toBinary(SamplesSchema, value),
    decode: (bytes) => fromBinary(SamplesSchema, bytes),
  },
  text: {
    value: (plain) => create(TextSchema, plain),
    encode: (value) => toBinary(TextSchema, value),
    decode: (bytes) => fromBinary(TextSchema, bytes),
  },
  bytes: {
    value: (plain) => create(BlobSchema, plain),
    encode: (value) => toBinary(BlobSchema, value),
    decode: (bytes) => fromBinary(BlobSchema, bytes),
  },
  ids: {
    value: (plain) => create(IdsSchema, plain),
    encode: (value) => toBinary(IdsSchema, value),
    decode: (bytes) => fromBinary(IdsSchema, bytes),
  },
};

/** @param {string} name */
function statusFrom(name) {
  return /** @type {any} */ (OrderStatus)[name.toUpperCase()];
}
