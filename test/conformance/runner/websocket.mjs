/** The mask of all frames that the runner sends as a client: that of RFC 6455's examples. */
const mask = Buffer.from("37fa213d", "hex");
const binary = 2;

/** @param {boolean} isMasked whether the runner is the client. @returns a binary message of one frame */
export function wrap(bytes, isMasked) {
  const head = Buffer.alloc(bytes.length < 126 ? 2 : bytes.length < 65_536 ? 4 : 10);
  head[0] = 0x80 | binary;
  head[1] = head.length === 2 ? bytes.length : head.length === 4 ? 126 : 127;
  if (head.length === 4) head.writeUInt16BE(bytes.length, 2);
  if (head.length === 10) head.writeBigUInt64BE(BigInt(bytes.length), 2);
  if (!isMasked) return Buffer.concat([head, bytes]);
  head[1] |= 0x80;
  return Buffer.concat([head, mask, masked(bytes, mask)]);
}

/**
 * Reads frames. Payload of binary messages goes to `onPayload`, every other frame, as `{opcode, payload}`, to `onControl`.
 * @param {boolean} isMasked whether the testee is the client
 * @returns takes bytes as they come. @throws Error for frames that no testee may send
 */
export function createFrameReader({ isMasked, onPayload, onControl }) {
  let bytes = Buffer.alloc(0);
  return (piece) => {
    bytes = Buffer.concat([bytes, piece]);
    for (let found = readFrame(bytes); found !== undefined; found = readFrame(bytes)) {
      bytes = bytes.subarray(found.size);
      if (found.isMasked !== isMasked)
        throw new Error(`a frame of the WebSocket is ${found.isMasked ? "masked" : "not masked"}`);
      if (found.opcode === binary || found.opcode === 0) onPayload(found.payload);
      else onControl({ opcode: found.opcode, payload: found.payload.toString("hex") });
    }
  };
}

function readFrame(bytes) {
  if (bytes.length < 2) return undefined;
  const short = bytes[1] & 0x7f;
  const lengthEnd = short < 126 ? 2 : short === 126 ? 4 : 10;
  const isMasked = bytes[1] >= 0x80;
  const start = lengthEnd + (isMasked ? 4 : 0);
  if (bytes.length < start) return undefined;
  const length = short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  const size = start + length;
  if (bytes.length < size) return undefined;
  const payload = bytes.subarray(start, size);
  return {
    opcode: bytes[0] & 0x0f,
    isMasked,
    payload: isMasked ? masked(payload, bytes.subarray(lengthEnd, start)) : payload,
    size,
  };
}

function masked(bytes, key) {
  return Buffer.from(bytes.map((each, index) => each ^ key[index % 4]));
}
