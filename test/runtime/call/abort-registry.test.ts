import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { AbortRegistry } from "../../../runtime/call/abort-registry.ts";

test("a signal cancels every call that uses it, over one listener", () => {
  const registry = new AbortRegistry();
  const controller = new AbortController();
  const cancelled: string[] = [];
  registry.add(controller.signal, () => cancelled.push("a"));
  registry.add(controller.signal, () => cancelled.push("b"));
  expect(getEventListeners(controller.signal, "abort").length).toBe(1);
  controller.abort();
  expect(cancelled).toEqual(["a", "b"]);
});

test("the listener goes with the last call", () => {
  const registry = new AbortRegistry();
  const { signal } = new AbortController();
  const first = (): void => undefined;
  const second = (): void => undefined;
  registry.add(signal, first);
  registry.add(signal, second);
  registry.remove(signal, first);
  registry.remove(signal, first);
  expect(getEventListeners(signal, "abort").length).toBe(1);
  registry.remove(signal, second);
  expect(getEventListeners(signal, "abort").length).toBe(0);
});

test("a removed call is not cancelled, and a call added again is", () => {
  const registry = new AbortRegistry();
  const controller = new AbortController();
  let cancelled = 0;
  const cancel = (): void => void cancelled++;
  registry.add(controller.signal, cancel);
  registry.remove(controller.signal, cancel);
  registry.add(controller.signal, cancel);
  controller.abort();
  registry.remove(controller.signal, cancel);
  expect(cancelled).toBe(1);
});
