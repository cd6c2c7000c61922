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
  "I-10":
    "calls up to the last id of a GOAWAY are answered, later ones run elsewhere, one-way ones that were sent run all the same",
  "I-11": "with faults over, everything settles and a call goes through",
  "I-12": "attempts to connect keep to the backoff",
  "C-1": "every call to a cluster ends once, in time, and is answered only by a handler that ran it",
  "C-2": "a call that may run once runs once, on whichever instance",
  "C-3": "a call that may be repeated fails only when nobody was there, or the budget was used up",
  "C-4": "the budget is never exceeded",
  "C-5": "no more instances are ejected than may be",
  "C-6": "an instance that drains gets no new calls",
  "C-7": "nothing fails because instances drain, restart, leave the list or are slow",
  "C-8": "with faults over, every call goes through and all instances have their part again",
  "C-9": "after the end no timer and no connection is left",
  "C-10": "a call that is tried again goes to an instance that it has not been to, while there is one",
  "C-11": "a breaker opens for cause, then lets nothing through but probes, and closes when those succeed",
  "C-12": "every extra attempt is taken from the one budget, and hedges keep to their share of the calls",
  "C-13": "a call is over with its first reply: what other attempts of it still do is cancelled",
  "C-14": "a stream runs once, and is in order to its one end",
  "C-15": "at rest no call counts at an endpoint, and no handler runs",
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
