/** Cuts a stream of bytes into packets that have their length, a big-endian `int32`, in front. @throws RangeError for a length that is not allowed */
export function createPacketStream(
  maxBytes: number,
  onPacket: (packet: Uint8Array) => void,
): (chunk: Uint8Array) => void {
  let chunks: Uint8Array[] = [];
  let available = 0;
  return (chunk) => {
    chunks.push(chunk);
    available += chunk.length;
    while (available >= 4) {
      const whole = Buffer.concat(chunks);
      const length = whole.readInt32BE(0);
      if (length < 0 || length > maxBytes) {
        throw new RangeError(`A packet says that it has ${length} bytes; at most ${maxBytes} are read.`);
      }
      if (available < 4 + length) {
        chunks = [whole];
        return;
      }
      const rest = whole.subarray(4 + length);
      chunks = [rest];
      available = rest.length;
      onPacket(whole.subarray(4, 4 + length));
    }
  };
}
