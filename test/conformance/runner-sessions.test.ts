import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { runVectors, type Testee } from "./runner/run-vectors.mjs";
import type { Step, Vector } from "./source/vector.ts";

/** What the runner says of a server that says this to everybody and then ends. */
async function verdictOn(says: string | Uint8Array, ...steps: readonly Step[]): Promise<string | undefined> {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.resume().end(says);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const answers: Readonly<Record<string, object>> = { hello: { modes: ["server"] }, listen: { port } };
  const testee: Testee = { request: async ({ op }) => answers[op as string] as Readonly<Record<string, unknown>> };
  const vector: Vector = { id: "a", reqs: [], level: "required", kind: "session", role: "server", steps, expect: { ok: true } }; // prettier-ignore
  const { results } = await runVectors({ testee, vectors: [vector] });
  server.close();
  return results[0]?.message;
}

const answer = (status: number, text: string, type = "text/plain"): string =>
  `HTTP/1.1 ${status} X\r\nContent-Type: ${type}\r\nContent-Length: ${text.length}\r\n\r\n${text}`;
const upgraded = "HTTP/1.1 101 X\r\nSec-WebSocket-Protocol: rpcgen.1\r\n\r\n";
const asked = (status: string, fields = {}): Step => ({ http: { status, fields } });
const frames = (head: string, hex: string): Uint8Array => Buffer.concat([Buffer.from(head), Buffer.from(hex, "hex")]);

test.each([
  ["", "the connection was closed"],
  [answer(200, "fine\n"), "the status is 200"],
  [answer(404, "one\ntwo\n"), "it is not one line of plain text"],
  [answer(404, "one", "text/html"), "it is not one line of plain text"],
  ["SSH-2.0\r\n\r\n", "the status is SSH-2.0"],
])("an answer of HTTP that is %j is told: %s", async (says, fault) => {
  expect(await verdictOn(says, asked("4xx"))).toContain(fault);
});

test("answers of HTTP are taken with a length and without", async () => {
  expect(await verdictOn(answer(404, "one\n"), asked("4xx"), { close: true })).toBeUndefined();
  expect(await verdictOn("HTTP/1.1 431 X\r\nContent-Type: text/plain\r\n\r\none", asked("431"))).toBeUndefined();
});

test("fields of an answer are what is wanted, or not there", async () => {
  const name = "sec-websocket-protocol";
  expect(await verdictOn(upgraded, asked("101", { [name]: "rpcgen.1", x: null }))).toBeUndefined();
  expect(await verdictOn(upgraded, asked("101", { [name]: null }))).toContain(`${name} is rpcgen.1`);
  expect(await verdictOn(upgraded, asked("101", { x: "y" }))).toContain("x is not there");
});

test("frames of a server's WebSocket are read, and must not be masked", async () => {
  const closing: Step = { websocket: { opcode: 8, payload: "03ea", skip: [10] } };
  expect(await verdictOn(frames(upgraded, "8a00880203ea"), asked("101"), closing, { close: true })).toBeUndefined();
  expect(await verdictOn(frames(upgraded, "880203eb"), asked("101"), closing)).toContain('"payload":"03eb"');
  expect(await verdictOn(frames(upgraded, "88820000000003ea"), asked("101"), closing)).toContain("is masked");
  expect(await verdictOn(frames(upgraded, "820178"), asked("101"), { close: true })).toContain("found 78");
});

test("frames of HTTP/2 are read, and compared as far as is wanted", async () => {
  const goaway = Buffer.from("00000a07000000000000000000000000 0d6869".replace(" ", ""), "hex");
  expect(await verdictOn(goaway, { http2: { type: 7, payload: "000000000000000d" } })).toBeUndefined();
  expect(await verdictOn(goaway, { http2: { type: 7, payload: "" } })).toContain("found");
  expect(await verdictOn(goaway, { http2: { type: 4 } })).toContain("found");
});

test("a server that should close without a word has no word of any kind", async () => {
  expect(await verdictOn("", { close: true })).toBeUndefined();
  expect(await verdictOn("go away", { close: true })).toContain(Buffer.from("go away").toString("hex"));
});
