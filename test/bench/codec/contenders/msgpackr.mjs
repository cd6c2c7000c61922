/**
 * msgpackr with shared record structures: one `Packr` per payload, both ends know the structures. 64-bit integers are bigint. A map of
 * the schema is a `Map`, as its documents advise for whatever may have any keys; as a plain object it would be one more record.
 */
import { Packr } from "msgpackr";

const same = (/** @type {any} */ value) => value;

/** @type {import("./contender.mjs").Codecs} */
export const codecs = {
  order: { ...codecWith(new Packr({ structures: [] })), value: orderFrom },
  tiny: codecWith(new Packr({ structures: [] })),
  list: codecWith(new Packr({ structures: [] })),
  packed: codecWith(new Packr({ structures: [] })),
  text: codecWith(new Packr({ structures: [] })),
  bytes: codecWith(new Packr({ structures: [] })),
  ids: codecWith(new Packr({ structures: [] })),
};

/** @param {Packr} packr @returns {import("./contender.mjs").Codec} */
function codecWith(packr) {
  return { value: same, encode: (value) => packr.pack(value), decode: (bytes) => packr.unpack(bytes) };
}

/** @param {any} plain */
function orderFrom(plain) {
  return { ...plain, labels: new Map(Object.entries(plain.labels)) };
}
