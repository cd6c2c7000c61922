import { beforeAll, expect, test } from "vitest";
import type { Act } from "./main.ts";
import { actsLimitMs, runActs } from "./run-acts.ts";
import { scenarios } from "./scenarios.ts";

/** Every scenario of `npm run chaos` once, with real processes. What must never be is asserted; times are for the long run. */

let acts: ReadonlyMap<string, Act>;

beforeAll(async () => {
  acts = await runActs();
}, actsLimitMs);

test.each(scenarios(1).map(({ name }) => name))(
  "every call has one outcome, and runs at most once, while %s",
  (name) => {
    const act = acts.get(name);
    expect(act?.breaches).toEqual([]);
    expect(act?.ok).toBeGreaterThan(0);
  },
);
