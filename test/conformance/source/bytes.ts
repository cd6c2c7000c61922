/** Bytes in hex, written without the code under test. */

/** A base-128 varint. */
export function varint(value: bigint | number): string {
  let rest = BigInt.asUintN(64, BigInt(value));
  let text = "";
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    text += byte(rest === 0n ? low : low | 0x80);
  } while (rest !== 0n);
  return text;
}

/** The key of a field. */
export function key(number: number, wireType: 0 | 1 | 2 | 3 | 4 | 5): string {
  return varint((BigInt(number) << 3n) | BigInt(wireType));
}

/** A varint field. */
export function vary(number: number, value: bigint | number): string {
  return key(number, 0) + varint(value);
}

/** A length-delimited field. */
export function block(number: number, hex: string): string {
  return key(number, 2) + varint(hex.length / 2) + hex;
}

/** A text field. */
export function words(number: number, text: string): string {
  return block(number, utf8(text));
}

export function utf8(text: string): string {
  return Buffer.from(text, "utf8").toString("hex");
}

/** Four little-endian bytes. */
export function four(value: bigint | number): string {
  return little(value, 4);
}

/** Eight little-endian bytes. */
export function eight(value: bigint | number): string {
  return little(value, 8);
}

function little(value: bigint | number, size: number): string {
  const number = BigInt.asUintN(size * 8, BigInt(value));
  return (
    number
      .toString(16)
      .padStart(size * 2, "0")
      .match(/../g) ?? []
  )
    .toReversed()
    .join("");
}

/** Big-endian bytes. */
export function big(value: bigint | number, size: number): string {
  return BigInt(value)
    .toString(16)
    .padStart(size * 2, "0");
}

export function byte(value: number): string {
  return value.toString(16).padStart(2, "0");
}
