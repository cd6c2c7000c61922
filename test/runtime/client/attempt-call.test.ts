import { describe, expect, test } from "vitest";
import { createSlot } from "../../../runtime/call/slot.ts";
import { AttemptCall } from "../../../runtime/client/attempt-call.ts";
import type { Attempt } from "../../../runtime/client/attempt.ts";
import type { ClientCallState } from "../../../runtime/client/client-call.ts";
import { RpcError } from "../../../runtime/errors/rpc-error.ts";

const slot = createSlot<string>("test");
const reason = new RpcError({ reason: "cancelled_by_caller", message: "enough" });

/** A call with what attempts ask of it. */
function createCall(entries?: readonly (readonly [string, string])[]) {
  const controller = new AbortController();
  const call = {
    attempts: 0,
    message: { text: "hi" },
    options: { parent: { callId: 1 } },
    remainingMs: 70,
    trace: { traceId: "of the call" },
    bytesSent: 5,
    bytesReceived: 6,
    signal: controller.signal,
    metadataEntries: () => entries,
    get: () => "of the call",
  };
  return { call: call as unknown as ClientCallState, controller };
}

const attemptOf = (call: ClientCallState): AttemptCall => new AttemptCall(call, undefined, undefined);

describe("an attempt", () => {
  test("is counted by its call, and shows what the call has", () => {
    const { call } = createCall();
    const [first, second] = [attemptOf(call), attemptOf(call)];
    expect([first.attempt, second.attempt]).toEqual([0, 1]);
    expect([first.message, first.parent, first.remainingMs]).toEqual([{ text: "hi" }, { callId: 1 }, 70]);
    expect([first.bytesSent, first.bytesReceived]).toEqual([5, 6]);
  });

  test("keeps what interceptors set to itself", () => {
    const { call } = createCall();
    const [first, second] = [attemptOf(call), attemptOf(call)];
    first.set(slot, "own");
    first.setTrace({ traceId: "own" } as never);
    expect([first.get(slot), second.get(slot)]).toEqual(["own", "of the call"]);
    expect([first.trace, second.trace]).toEqual([{ traceId: "own" }, { traceId: "of the call" }]);
  });

  test("sends its own metadata behind those of the call", () => {
    const { call } = createCall([["tenant", "blue"]]);
    const [first, second] = [attemptOf(call), attemptOf(call)];
    first.setMetadata("try", "1");
    expect(first.metadataEntries()).toEqual([
      ["tenant", "blue"],
      ["try", "1"],
    ]);
    expect(second.metadataEntries()).toEqual([["tenant", "blue"]]);
    const bare = attemptOf(createCall().call);
    expect([bare.metadataEntries(), bare.metadata.get("try")]).toEqual([undefined, undefined]);
    bare.setMetadata("try", "1");
    expect(bare.metadataEntries()).toEqual([["try", "1"]]);
    expect(() => bare.setMetadata("Try", "1")).toThrow();
  });

  test("that was given up is not sent any more", () => {
    const attempt = attemptOf(createCall().call);
    attempt.cancel(reason);
    expect(() => attempt.sendWith({} as Attempt)).toThrow("enough");
  });

  test("on its way is told once that it is given up", () => {
    const attempt = attemptOf(createCall().call);
    const told: unknown[] = [];
    attempt.sendWith({ cancel: (error: RpcError) => told.push(error) } as unknown as Attempt);
    attempt.cancel(reason);
    attempt.cancel(new RpcError({ reason: "cancelled_by_caller", message: "again" }));
    expect(told).toEqual([reason]);
  });
});

describe("the signal of an attempt", () => {
  test("tells of its own end, asked for before or after", () => {
    const attempt = attemptOf(createCall().call);
    const { signal } = attempt;
    expect([signal.aborted, attempt.signal === signal]).toEqual([false, true]);
    attempt.cancel(reason);
    const late = attemptOf(createCall().call);
    late.cancel(reason);
    for (const ended of [signal, late.signal]) expect([ended.aborted, ended.reason]).toEqual([true, reason]);
  });

  test("tells of the end of the call, asked for before or after", () => {
    const { call, controller } = createCall();
    const [early, late] = [attemptOf(call), attemptOf(call)];
    const { signal } = early;
    controller.abort(reason);
    for (const ended of [signal, late.signal]) expect([ended.aborted, ended.reason]).toEqual([true, reason]);
  });
});
