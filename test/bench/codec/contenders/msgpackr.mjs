/** msgpackr with shared record structures: one `Packr` per payload, both ends know the structures. 64-bit integers are bigint. */
import { Packr } from "msgpackr";

const same = (/** @type {any} */ value) => value;

/** @type {import("./contender.mjs").Codecs} */
export const codecs = {
  order: codecWith(new Packr({ structures: [] })),
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
