/** Numbers from a seed, faster than those of the simulation; the same seed gives the same numbers (xorshift). */
export class Lots {
  private state: number;

  constructor(seed: number) {
    this.state = seed | 0 || 1;
    for (let count = 0; count < 4; count++) this.next();
  }

  next(): number {
    let state = this.state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.state = state;
    return state >>> 0;
  }

  below(count: number): number {
    return this.next() % count;
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)] as T;
  }
}

/** Ends of ranges, lengths that lie, tags, quotes and breaks of UTF-8. */
const bytes = [
  0, 1, 2, 4, 5, 8, 10, 13, 20, 32, 34, 44, 58, 91, 92, 93, 123, 125, 0x3b, 0x7f, 0x80, 0xbf, 0xc0, 0xed, 0xef, 0xff,
];
const longest = 4 * 1024;
const memory = new Uint8Array(longest * 2);

/** One to four changes of `source`: bits, bytes, lengths, parts left out, doubled, moved in from `other`, and a cut. The result is used again. */
export function mutate(source: Uint8Array, other: Uint8Array, lots: Lots): Uint8Array {
  let length = Math.min(source.length, longest);
  memory.set(length === source.length ? source : source.subarray(0, length));
  for (let changes = 1 + lots.below(4); changes > 0; changes--) length = change(length, other, lots);
  return memory.subarray(0, length);
}

function change(length: number, other: Uint8Array, lots: Lots): number {
  const at = length === 0 ? 0 : lots.below(length);
  const span = Math.min(1 + lots.below(16), length - at);
  switch (lots.below(9)) {
    case 0:
      memory[at] = (memory[at] as number) ^ (1 << lots.below(8));
      return length;
    case 1:
      memory[at] = lots.pick(bytes);
      return length;
    case 2:
      memory[at] = lots.next();
      return length;
    case 3:
      memory.copyWithin(at, at + span, length);
      return length - span;
    case 4:
      memory.copyWithin(at + span, at, length);
      return Math.min(length + span, longest);
    case 5: {
      const from = other.length === 0 ? 0 : lots.below(other.length);
      const part = other.subarray(from, Math.min(from + span, other.length));
      memory.set(part, at);
      return Math.min(Math.max(length, at + part.length), longest);
    }
    case 6:
      return at;
    case 7: {
      const value = lots.pick([0, 1, 127, 128, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff]);
      for (let index = 0; index < 4; index++) memory[at + index] = value >>> (24 - 8 * index);
      return Math.min(Math.max(length, at + 4), longest);
    }
    default:
      for (let index = 0; index < span; index++) memory[at + index] = 0x80 | lots.next();
      return length;
  }
}
