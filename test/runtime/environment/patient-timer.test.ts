import { expect, test } from "vitest";
import { setPatientTimer } from "../../../runtime/environment/patient-timer.ts";
import { systemEnvironment } from "../../../runtime/environment/system.ts";
import { createLateThread } from "../fixture/late-thread.ts";

test("comes after what was waiting to be read", () => {
  const environment = createLateThread();
  const events: string[] = [];
  setPatientTimer(environment, 100, () => events.push("time is up"));
  environment.arrive(() => events.push("read"));
  environment.advance(99);
  expect(events).toEqual([]);
  environment.advance(1);
  expect(events).toEqual(["read", "time is up"]);
});

test("does not come when what was waiting calls it off", () => {
  const environment = createLateThread();
  let isOver = false;
  const timer = setPatientTimer(environment, 100, () => (isOver = true));
  environment.arrive(() => timer.cancel());
  environment.advance(1_000);
  expect(isOver).toBe(false);
});

test("is off at once when it is called off before its time", () => {
  const environment = createLateThread();
  const timer = setPatientTimer(environment, 100, () => undefined);
  timer.cancel();
  expect(environment.pendingTimers).toBe(0);
});

test("keeps the process alive only where it should", () => {
  const calls: string[] = [];
  const timer = setPatientTimer(
    {
      ...systemEnvironment,
      setTimer: () => ({ cancel: () => undefined, ref: () => calls.push("ref"), unref: () => calls.push("unref") }),
    },
    100,
    () => undefined,
  );
  timer.unref();
  timer.ref();
  expect(calls).toEqual(["unref", "ref"]);
});
