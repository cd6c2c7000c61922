/** What Redis answers: text, whole numbers, nothing, lists of these, and errors, which are values within lists. */
export type RespValue = string | number | null | RedisError | readonly RespValue[];

/** What the server answered instead of a result. */
export class RedisError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "RedisError";
  }

  /** The first word: `NOSCRIPT`, `READONLY`. */
  get kind(): string {
    return this.message.split(" ", 1)[0] ?? "";
  }
}

const maxBulkBytes = 64 * 1024 * 1024;
const maxItems = 1_000_000;
const maxLineBytes = 64 * 1024;
const maxDepth = 8;

/** A command as an array of bulk strings. */
export function encodeCommand(args: readonly string[]): Uint8Array {
  const parts = args.map((arg) => `$${Buffer.byteLength(arg)}\r\n${arg}\r\n`);
  return Buffer.from(`*${args.length}\r\n${parts.join("")}`);
}

/** Reads answers (RESP 2) from pieces of a stream, each byte once. @throws RangeError for what breaks the protocol or a bound */
export class RespParser {
  private readonly onValue: (value: RespValue) => void;
  /** Lists that are being read, outermost first. */
  private readonly open: { readonly count: number; readonly items: RespValue[] }[];
  private rest: Buffer;
  /** Length of the text that is being read; -1: a line is next. */
  private bulkBytes: number;

  constructor(onValue: (value: RespValue) => void) {
    this.onValue = onValue;
    this.open = [];
    this.rest = Buffer.alloc(0);
    this.bulkBytes = -1;
  }

  push(chunk: Uint8Array): void {
    this.rest = this.rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.rest, chunk]);
    while (this.bulkBytes >= 0 ? this.bulk() : this.line());
  }

  /** @returns false when it is not all there yet */
  private bulk(): boolean {
    const length = this.bulkBytes;
    if (this.rest.length < length + 2) return false;
    const text = this.rest.toString("utf8", 0, length);
    this.rest = this.rest.subarray(length + 2);
    this.bulkBytes = -1;
    this.deliver(text);
    return true;
  }

  private line(): boolean {
    const end = this.rest.indexOf("\r\n");
    if (end < 0) {
      if (this.rest.length > maxLineBytes) throw new RangeError("An answer of Redis has a line without an end.");
      return false;
    }
    const kind = this.rest[0];
    const text = this.rest.toString("utf8", 1, end);
    this.rest = this.rest.subarray(end + 2);
    this.begin(String.fromCharCode(kind ?? 0), text);
    return true;
  }

  private begin(kind: string, text: string): void {
    switch (kind) {
      case "+":
        return this.deliver(text);
      case "-":
        return this.deliver(new RedisError(text));
      case ":":
        return this.deliver(Number(text));
      case "$": {
        const length = bounded(text, maxBulkBytes);
        if (length < 0) return this.deliver(null);
        this.bulkBytes = length;
        return;
      }
      case "*": {
        const count = bounded(text, maxItems);
        if (count <= 0) return this.deliver(count < 0 ? null : []);
        if (this.open.length >= maxDepth) throw new RangeError("An answer of Redis is nested too deeply.");
        this.open.push({ count, items: [] });
        return;
      }
      default:
        throw new RangeError(`An answer of Redis begins with ${JSON.stringify(kind)}, which RESP 2 does not have.`);
    }
  }

  private deliver(value: RespValue): void {
    let whole = value;
    for (let top = this.open.at(-1); top !== undefined; top = this.open.at(-1)) {
      top.items.push(whole);
      if (top.items.length < top.count) return;
      whole = top.items;
      this.open.pop();
    }
    this.onValue(whole);
  }
}

function bounded(text: string, max: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= -1 && value <= max) return value;
  throw new RangeError(`An answer of Redis has the length ${JSON.stringify(text)}; expected -1 to ${max}.`);
}
