/** Cuts what a testee sends into its Option and frames, as far as the checks of sessions need it. */

const fixedBytes = 20;
const lineFeed = 0x0a;

/** Collects bytes; `next()` gives the next Option or frame, or undefined when it has not arrived in full. */
export function createSplitter() {
  let bytes = Buffer.alloc(0);
  let isOptionSeen = false;
  return {
    push: (piece) => void (bytes = Buffer.concat([bytes, piece])),
    next() {
      if (!isOptionSeen) {
        const end = bytes.indexOf(lineFeed);
        if (end < 0) return undefined;
        const text = bytes.subarray(0, end).toString("utf8");
        bytes = bytes.subarray(end + 1);
        isOptionSeen = true;
        return { option: text };
      }
      if (bytes.length < fixedBytes) return undefined;
      const size = fixedBytes + bytes.readUInt32BE(4);
      if (bytes.length < size) return undefined;
      const frame = readFrame(bytes.subarray(0, size));
      bytes = bytes.subarray(size);
      return { frame };
    },
    /** What `parse` finds at the beginning of what has come; it gives a value and its size, or undefined. */
    take(parse, isClosed) {
      const found = parse(bytes, isClosed);
      if (found !== undefined) bytes = bytes.subarray(found.size);
      return found?.value;
    },
    /** Takes what is left. */
    rest() {
      const left = bytes;
      bytes = Buffer.alloc(0);
      return left;
    },
  };
}

function readFrame(bytes) {
  const headerEnd = fixedBytes + bytes.readUInt16BE(8);
  return {
    isWellFormed: bytes.readUInt16BE(0) === 0x3bef && bytes[2] === 1 && headerEnd <= bytes.length,
    kind: bytes[3],
    serialization: bytes[10],
    flags: bytes[11],
    id: bytes.subarray(12, 20).toString("hex"),
    header: readHeader(bytes.subarray(fixedBytes, headerEnd)),
    body: bytes.subarray(headerEnd).toString("hex"),
  };
}

/** The first value of each tag, in hex. */
function readHeader(bytes) {
  const header = {};
  for (let at = 0; at < bytes.length;) {
    const tag = bytes.subarray(at, at + 1).toString("hex");
    let length = bytes[at + 1];
    at += 2;
    if (length >= 0x80) length = (length & 0x7f) | (bytes[at++] << 7);
    header[tag] ??= bytes.subarray(at, at + length).toString("hex");
    at += length;
  }
  return header;
}
