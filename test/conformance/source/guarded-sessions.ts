import { gzipNote } from "./compressed.ts";
import { fails, note, opened, optionOf, path, request, sees, send, serverSession } from "./session-steps.ts";
import { entry, frame, frameId } from "./frames.ts";
import type { Step, Vector } from "./vector.ts";

const unauthenticated = 16;
const denied = 7;

function session(id: string, reqs: string, steps: readonly Step[], needs: readonly string[] = ["token"]): Vector {
  return serverSession(`guarded-${id}`, reqs, steps, { needs, server: "guarded" });
}

/** The Options of a client that says that it is this one, and of the server. */
const as = (token: string): readonly Step[] => opened(optionOf({ Token: token }));
const nobody: readonly Step[] = opened();
const echo = (sequence: number): string => request("Echo", sequence, { body: note("hi") });
const echoed = (sequence: number): Step => sees({ kind: 2, id: frameId(sequence, 0), body: note("hi") });
/** No body of a Note. */
const garbage = { body: "0a05" };
/** A method that nobody has. */
const unknown = frame({ kind: 1, sequence: 1, serialization: 1, flags: 0x10, header: entry(1, "00000002") });

const drained = (last: number): readonly Step[] => [
  sees({ kind: 11, id: frameId(last, 0), header: { "0a": "00" } }),
  { end: true },
  { close: true },
];

/** Dialogues with a server that wants to know who calls. */
export const guardedSessions: readonly Vector[] = [
  session("token", "AUT-1 AUT-2", [...as("ann"), send(echo(1)), echoed(1), send(echo(2)), echoed(2)]),
  session("call-before-the-answer", "AUT-2 OPT-9", [send(optionOf({ Token: "ann" }), echo(1)), { option: { Version: 1, Token: null } }, echoed(1)]),
  session("unknown-token", "AUT-2 GOA-1", [...as("eve"), send(echo(1)), fails(1, unauthenticated), ...drained(1)]),
  session("no-token", "AUT-2", [...nobody, send(echo(1)), fails(1, unauthenticated)]),
  session("open-method", "AUT-2", [...nobody, send(request("Ping", 1)), sees({ kind: 2, id: frameId(1, 0) })]),
  session("open-method-before-the-answer", "AUT-2", [send(optionOf({ Token: "eve" }), request("Ping", 1)), { option: { Version: 1 } }, sees({ kind: 2, id: frameId(1, 0), skip: [11] })]),
  session("denied", "AUT-3", [...as("ann"), send(request("Repeat", 1, { body: note("hi", 2) })), fails(1, denied), send(echo(2)), echoed(2)]),
  session("denied-before-decoding", "AUT-3", [...as("ann"), send(request("Repeat", 1, garbage)), fails(1, denied), send(request("Echo", 2, garbage)), fails(2, 3)]),
  session("unknown-caller-before-decoding", "AUT-3", [...nobody, send(request("Echo", 1, garbage)), fails(1, unauthenticated)]),
  session("denied-stream", "AUT-3", [...as("ann"), send(request("Sum", 1, { flags: 0 })), fails(1, denied)]),
  session("unknown-method-of-a-known-caller", "AUT-3 HDR-10", [...as("ann"), send(unknown), fails(1, 12)]),
  session("unknown-method-of-an-unknown-caller", "AUT-3", [...nobody, send(unknown), fails(1, unauthenticated)]),
  session("unknown-path-of-an-unknown-caller", "AUT-3", [...nobody, send(request("Secret", 1, { more: entry(2, Buffer.from(path("Secret")).toString("hex")) })), fails(1, unauthenticated)]),
  session("denied-before-decompression", "AUT-3 CMP-6", [...as("ann"), send(request("Repeat", 1, { flags: 0x11, ...garbage })), fails(1, denied), send(request("Echo", 2, { flags: 0x11, ...garbage })), fails(2, 3), send(request("Echo", 3, { flags: 0x11, body: gzipNote })), echoed(3)], ["token", "gzip"]),
]; // prettier-ignore
