import { utf8 } from "./bytes.ts";
import { entry, frame, methodNumber } from "./frames.ts";
import { note, path, sessionVector } from "./session-steps.ts";
import type { ClientCall, ClientOutcome, FramePattern, Step, Vector } from "./vector.ts";

const optionText =
  '{"MagicNumber":3927900,"CodecType":"application/x-rpcgen","Version":1,"Serializations":["binary"]}\n';
/** The number of the method that is called. */
export const number: string = methodNumber(path("Echo"));
const noted = { text: "hi", count: "5" };
/** The body of the request, and of the reply. */
export const noteHex: string = note("hi", 5);

/** Makes a call. */
export const call = (more: Partial<ClientCall> = {}): Step => ({
  call: { key: "a", method: "echo", request: noted, ...more },
});

/** The call ends so. */
export const outcome = (rest: Partial<ClientOutcome>): Step => ({ outcome: { key: "a", ...rest } });

/** The call ends with what it was called with. */
export const noteOutcome: Step = outcome({ result: noted });

const sees = (more: Partial<FramePattern> = {}): Step => ({
  expect: { kind: 1, id: "$a", serialization: 1, flags: 0x10, header: { "01": number }, body: noteHex, ...more },
});

/** The frame that answers the call. */
export const reply = (body: string = noteHex, header = "", flags = 0x10): string =>
  frame({ kind: 2, id: "{a}", serialization: 1, flags, header, body });

/** The frame that fails the call. */
export const failure = (code: string, more = "", body = ""): string =>
  frame({ kind: 3, id: "{a}", serialization: 1, flags: 0x10, header: entry(5, code) + more, body });

interface Beginning {
  /** Steps between the connection and the Options. */
  readonly before?: readonly Step[];
  /** Members of the client's Option. */
  readonly option?: Readonly<Record<string, unknown>>;
}

/** The client connects, sends its Option and the call; the server answers with its own. */
export const begun = (
  more: Partial<ClientCall> = {},
  pattern: Partial<FramePattern> = {},
  { before = [], option = {} }: Beginning = {},
): readonly Step[] => [
  call(more),
  ...before,
  { option: { CodecType: "application/x-rpcgen", ...option } },
  { send: utf8(optionText) },
  sees(pattern),
];

/** A dialogue with a client under test. */
export function clientSession(
  id: string,
  reqs: string,
  steps: readonly Step[],
  more: Pick<Vector, "needs" | "connect"> = {},
): Vector {
  return sessionVector({ id, reqs, steps }, { role: "client", ...more });
}
