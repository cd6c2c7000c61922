import type { Note } from "../runtime/fixture/lab.ts";
import { type Content, isMessage } from "./plan.ts";
import type { Verdict } from "./verdict.ts";

/** I-2 and I-3: `item` is the one that comes next. */
export function checkItem(verdict: Verdict, plan: Content, item: Note, expected: number): void {
  verdict.expect(item.text === plan.name, "I-2", () => `${plan.name} got an item of ${item.text}`);
  verdict.expect(item.count === expected, "I-3", () => `${plan.name} got item ${item.count} for ${expected}`);
  verdict.expect(
    isMessage(item.data, plan, item.count),
    "I-3",
    () => `item ${expected} of ${plan.name} has other bytes`,
  );
}
