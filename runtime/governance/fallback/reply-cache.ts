import type { MethodType } from "../../call/method-type.ts";

interface Entry {
  readonly bytes: Uint8Array;
  readonly atMs: number;
}

/** The last replies of methods that change nothing, encoded: a caller that changes its reply does not change that of the next. */
export class ReplyCache {
  private readonly maxEntries: number;
  /** The least lately kept first. */
  private readonly entries: Map<string, Entry>;

  /** @throws RangeError for less than one entry */
  constructor(maxEntries: number) {
    if (!Number.isInteger(maxEntries) || maxEntries < 1) {
      throw new RangeError(`maxEntries of a cache is ${String(maxEntries)}; expected a whole number above 0.`);
    }
    this.maxEntries = maxEntries;
    this.entries = new Map();
  }

  /** Undefined for a method whose replies must not be kept, and for a request that cannot be encoded. */
  keyOf(method: MethodType, request: unknown): string | undefined {
    if (method.idempotency !== "readonly") return undefined;
    try {
      return `${method.path} ${Buffer.from(method.request.encode(request)).toString("latin1")}`;
    } catch {
      return undefined;
    }
  }

  keep(key: string, { response }: MethodType, reply: unknown, nowMs: number): void {
    this.entries.delete(key);
    if (this.entries.size >= this.maxEntries) this.entries.delete(this.entries.keys().next().value as string);
    this.entries.set(key, { bytes: response.encode(reply), atMs: nowMs });
  }

  find(key: string, { response }: MethodType, nowMs: number, maxAgeMs: number): unknown {
    const entry = this.entries.get(key);
    if (entry === undefined || nowMs - entry.atMs > maxAgeMs) return undefined;
    return response.decode(entry.bytes);
  }
}
