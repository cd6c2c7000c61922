/** The promises that are checked, by the numbers of the reliability plan. */
export const invariants = {
  "I-1": "every call has exactly one outcome",
  "I-2": "no reply, error or metadata reaches another call",
  "I-3": "items are in order, without gap, without duplicate",
  "I-4": "the outcome comes by the deadline, and not before it for its sake",
  "I-5": "after the end nothing is left: calls, bytes, timers, connections, listeners, handlers",
  "I-6": "a cancel reaches the handler",
  "I-7": "a call runs at most once",
  "I-8": "bytes in memory stay within bounds at every step",
  "I-9": "credit is never overdrawn, never exceeds the window, and none is lost",
  "I-10": "calls up to the last id of a GOAWAY are answered, later ones run elsewhere",
  "I-11": "with faults over, everything settles and a call goes through",
  "I-12": "attempts to connect keep to the backoff",
} as const;

export type Invariant = keyof typeof invariants;

/** Collects breaches of one run; the first few are kept as text. */
export class Verdict {
  readonly breaches: string[] = [];
  count = 0;

  breach(invariant: Invariant, what: string): void {
    this.count++;
    if (this.breaches.length < 20) this.breaches.push(`${invariant} (${invariants[invariant]}): ${what}`);
  }

  expect(isTrue: boolean, invariant: Invariant, what: () => string): void {
    if (!isTrue) this.breach(invariant, what());
  }
}

/** FNV-1a over 32 bits of a text, continued. */
export function hashText(hash: number, text: string): number {
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 16_777_619);
  return hash >>> 0;
}
