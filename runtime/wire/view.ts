/** Memory up to this size has its view kept, and is kept alive by it. */
const largestKept = 64 * 1024;

/**
 * The view of the memory that a message came in last: most come in one buffer that is used again and again, or in a slab. It is a
 * cache, not state: making a view costs as much as it saves in a message (bench codec: order).
 */
let view: DataView | undefined;
/** What `view` is of; asking it costs more. */
let viewed: ArrayBufferLike | undefined;

/** A view of all the memory behind `bytes`. */
export function viewOf(bytes: Uint8Array): DataView {
  const { buffer } = bytes;
  if (viewed === buffer && view !== undefined) return view;
  const made = new DataView(buffer);
  if (buffer.byteLength <= largestKept) {
    view = made;
    viewed = buffer;
  }
  return made;
}
