import { begun, clientSession as session, noteHex, outcome } from "./client-steps.ts";
import { entry, frame, methodNumber } from "./frames.ts";
import { path, send } from "./session-steps.ts";
import type { ClientCall, FramePattern, Step, Vector } from "./vector.ts";

const header = { "01": methodNumber(path("Track")) };

const begunOneway = (more: Partial<ClientCall> = {}, pattern: Partial<FramePattern> = {}): readonly Step[] => [
  ...begun({ method: "track", ...more }).slice(0, -1),
  { expect: { kind: 1, id: "$a", serialization: 1, flags: 0x30, header, ...pattern } },
];

const goaway = (code: string): string => frame({ kind: 11, header: entry(0x0a, code) });
const done = outcome({ result: {} });
const whole = begunOneway({}, { body: noteHex });
/** Longer than the credit that a call begins with, so that the rest has to wait. */
const begunLong = begunOneway({ request: { text: "x" }, times: 300_000 }, { flags: 0x70 });
const credit = frame({ kind: 7, id: "{a}", header: entry(4, "00020000") });
const last: Step = { expect: { kind: 1, flags: 0x30, until: true } };

/** Dialogues with a client under test that makes a one-way call. */
export const onewaySessions: readonly Vector[] = [
  session("oneway", "STR-4", [...whole, done]),
  session("oneway-in-chunks", "STR-4 MSG-2 FLW-2 FLW-4", [...begunLong, send(credit), last, done]),
  session("goaway-behind-a-oneway-request", "GOA-5 GOA-2", [...whole, send(goaway("00")), done, { close: true }]),
  session("goaway-within-a-oneway-request", "GOA-5 GOA-2", [...begunLong, send(goaway("07"), credit), last, done, { close: true }]),
  session("goaway-for-a-fault-within-a-oneway-request", "GOA-5", [...begunLong, send(goaway("08")), { end: true }, outcome({ error: { code: 14 } })]),
]; // prettier-ignore
