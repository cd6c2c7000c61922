import { utf8, vary, words } from "./bytes.ts";
import { entry, frame, frameId, type FrameParts, methodNumber } from "./frames.ts";
import type { FramePattern, Step, Vector } from "./vector.ts";

/** The path of a method of the service. */
export const path = (method: string): string => `/conformance.v1.Conformance/${method}`;

/** The Option of a client, with further members. */
export function optionOf(members: object = {}): string {
  const usual = {
    MagicNumber: 3_927_900,
    CodecType: "application/x-rpcgen",
    Version: 1,
    Serializations: ["binary", "json"],
  };
  return utf8(`${JSON.stringify({ ...usual, ...members })}\n`);
}

/** What every session with a server begins with. */
export const clientOption: string = optionOf();

/** Sends bytes, given in parts. */
export const send = (...hex: readonly string[]): Step => ({ send: hex.join("") });

/** Expects a frame. */
export const sees = (expect: FramePattern): Step => ({ expect });

/** The two Options. */
export const opened = (option: string = clientOption): readonly Step[] => [
  send(option),
  { option: { CodecType: "application/x-rpcgen", Version: 1 } },
];

/** The body of a Note. */
export const note = (text: string, count = 0): string =>
  (text === "" ? "" : words(1, text)) + (count === 0 ? "" : vary(2, count));

interface Request extends Partial<FrameParts> {
  readonly more?: string;
}

/** A request of one frame; `more` are further entries of its header. */
export function request(method: string, sequence: number, { more = "", ...parts }: Request = {}): string {
  const header = entry(1, methodNumber(path(method))) + more;
  return frame({ kind: 1, sequence, serialization: 1, flags: 0x10, header, ...parts });
}

/** Ends the step before it: whatever the server had to say must be out before the pong. */
export const settled: readonly Step[] = [
  send(frame({ kind: 8, id: "00000000000000aa" })),
  sees({ kind: 9, id: "00000000000000aa" }),
];

/** A call that goes well. */
export const alive = (sequence: number): readonly Step[] => [
  send(request("Echo", sequence, { body: note("alive") })),
  sees({ kind: 2, id: frameId(sequence, 0), body: note("alive") }),
];

/** The connection ends with a GOAWAY of this code. */
export const goaway = (code: number, skip: readonly number[] = []): readonly Step[] => [
  sees({ kind: 11, header: { "0a": code.toString(16).padStart(2, "0") }, skip }),
  { close: true },
];

/** The call fails with this status code. */
export const fails = (sequence: number, code: number, header: Readonly<Record<string, string | null>> = {}): Step =>
  sees({ kind: 3, id: frameId(sequence, 0), header: { "05": code.toString(16).padStart(2, "0"), ...header } });

interface Dialogue extends Pick<Vector, "id"> {
  readonly reqs: string;
  readonly steps: readonly Step[];
}

interface Party extends Pick<Vector, "needs" | "server" | "connect"> {
  readonly role: "client" | "server";
}

/** A dialogue with whoever is under test. */
export function sessionVector({ id, reqs, steps }: Dialogue, { role, ...more }: Party): Vector {
  return {
    id: `${role}-${id}`,
    reqs: reqs.split(" "),
    level: "required",
    kind: "session",
    role,
    ...more,
    steps,
    expect: { ok: true },
  };
}

/** A dialogue with a server under test. */
export function serverSession(
  id: string,
  reqs: string,
  steps: readonly Step[],
  more: Pick<Vector, "needs" | "server"> = {},
): Vector {
  return sessionVector({ id, reqs, steps }, { role: "server", ...more });
}
