import { expect, test } from "vitest";
import { identify } from "../../../runtime/server/authentication.ts";
import { createVirtualEnvironment } from "../../../runtime/testing/index.ts";

const request = { tlsPeer: undefined, token: "ann", address: "10.0.0.1:1" };

test("who is known after a while leaves no timer, and who is not neither", async () => {
  const environment = createVirtualEnvironment();
  const scope = { environment, timeoutMs: 1_000, report: () => "1" };
  const known = identify(async () => ({ id: "ann" }), request, scope);
  const unknown = identify(() => Promise.reject(new Error("no")), request, scope);
  expect(environment.pendingTimers).toBe(2);
  await Promise.all([known.pending, unknown.pending]);
  await new Promise((resolve) => setImmediate(resolve));
  expect([known.principal, unknown.failure?.reason, environment.pendingTimers]).toEqual([
    { id: "ann", scopes: [] },
    "unauthenticated",
    0,
  ]);
});
