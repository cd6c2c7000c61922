/** A pcapng file with one packet in an enhanced and one in a simple block. */
export function pcapng(isLittle: boolean): Buffer {
  const word = (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    if (isLittle) bytes.writeUInt32LE(value);
    else bytes.writeUInt32BE(value);
    return bytes;
  };
  const section = (type: number, ...body: readonly Uint8Array[]): Buffer => {
    const size = 12 + body.reduce((total, part) => total + part.length, 0);
    return Buffer.concat([word(type), word(size), ...body, word(size)]);
  };
  const link = isLittle ? Buffer.from("6500", "hex") : Buffer.from("0065", "hex");
  return Buffer.concat([
    section(0x0a0d0d0a, word(0x1a2b3c4d), Buffer.alloc(12)),
    section(1, link, Buffer.alloc(2), word(262_144)),
    section(5, Buffer.alloc(8)),
    section(6, word(0), word(0), word(0), word(3), word(3), Buffer.from("01020300", "hex")),
    section(3, word(4), Buffer.from("0a0b0c0d", "hex")),
  ]);
}
