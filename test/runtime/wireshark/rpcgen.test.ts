/** The Wireshark dissector, run by tshark over captures of each kind of frame and of real calls. */
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer as createListener, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { createChannel, createClient } from "../../../runtime/index.ts";
import { Conformance } from "../../conformance/implementation/schema.ts";
import { startServer } from "../../conformance/implementation/server.ts";
import { hasTool } from "../../interop/tool.ts";
import { frameVectors, readFrames, readJson, unhex } from "../protocol/vectors.ts";
import { cut, type Segment, writeCapture } from "./capture.ts";

const program: string = "tshark";
const script = join(import.meta.dirname, "../../../runtime/wireshark/rpcgen.lua");
const folder = mkdtempSync(join(tmpdir(), "dissector-"));
afterAll(() => rmSync(folder, { recursive: true }));

const options = readJson<readonly { id: string; text: string }[]>("options.json");

function optionOf(id: string): Uint8Array {
  return Buffer.from(options.find((each) => each.id === id)?.text ?? "");
}

function vector(id: string): Uint8Array {
  return unhex(frameVectors.find((each) => each.id === id)?.hex ?? "");
}

let captures = 0;

/** Runs tshark over a capture of these segments. */
function tshark(segments: readonly Segment[], ...args: readonly string[]): string {
  const file = join(folder, `${captures++}.pcap`);
  writeFileSync(file, writeCapture(segments));
  const { status, stdout, stderr } = spawnSync(program, ["-X", `lua_script:${script}`, "-r", file, ...args], {
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  expect(stderr.replaceAll(/^(?:Running as user.*|\s*)$\n?/gmu, "")).toBe("");
  expect(status).toBe(0);
  return stdout;
}

/** Lines of the protocol tree, without what lies below rpcgen. */
function treeOf(segments: readonly Segment[]): string[] {
  const lines = tshark(segments, "-Y", "rpcgen", "-V", "-O", "rpcgen").split("\n");
  return lines.filter((line) => line.startsWith("rpcgen ") || line.startsWith("    "));
}

function fieldsOf(segments: readonly Segment[], ...names: readonly string[]): string[][] {
  const fields = names.flatMap((name) => ["-e", name]);
  const text = tshark(segments, "-Y", "rpcgen", "-T", "fields", "-E", "separator=|", "-E", "aggregator=;", ...fields);
  return text
    .trim()
    .split("\n")
    .map((line) => line.split("|"));
}

const fromClient = (...ids: readonly string[]): Segment[] => ids.map((id) => ({ from: "client", bytes: vector(id) }));
const fromServer = (...ids: readonly string[]): Segment[] => ids.map((id) => ({ from: "server", bytes: vector(id) }));
const opening: readonly Segment[] = [
  { from: "client", bytes: optionOf("client-option") },
  { from: "server", bytes: optionOf("server-option") },
];

describe.skipIf(!hasTool(program, "--version"))("the dissector", () => {
  test("shows the parts of a request", () => {
    expect(treeOf([...opening, ...fromClient("request-with-deadline")]).slice(-21)).toEqual(
      [
        "rpcgen request #2",
        "    Magic: 0x3bef",
        "    Version: 1",
        "    Kind: request (1)",
        "    Length of header and body: 27",
        "    Length of the header: 25",
        "    Serialization: binary (1)",
        "    Flags: 0x10",
        "        .... 0000 = Compressor: none (0)",
        "        ...1 .... = End of stream: True",
        "        ..0. .... = One-way: False",
        "        .0.. .... = More follows: False",
        "    Id: 0x0000000000020000",
        "        Sequence number: 2",
        "        Lane: 0",
        "    Header",
        "        Method number: 0x00000000811c9dc5",
        "        Deadline (microseconds left): 30000000",
        "        Metadata: tenant: blue",
        "            Key: tenant",
        "            Value: blue",
        "    Body: 0807",
      ].slice(-21),
    );
  });

  test("names every kind of frame and shows it in the list", () => {
    const conversation = [
      ...opening,
      ...fromClient("unary-request", "stream-request", "item", "end", "cancel", "credit-stream", "ping"),
      ...fromServer("response", "error", "pong", "settings", "goaway"),
      ...fromClient("ignorable-kind"),
    ];
    expect(fieldsOf(conversation, "rpcgen.kind", "_ws.col.Info", "_ws.col.Protocol")).toEqual([
      ["", "Option", "RPCGEN"],
      ["", "Option", "RPCGEN"],
      ["1", "request #1", "RPCGEN"],
      ["1", "request #5", "RPCGEN"],
      ["4", "item #5", "RPCGEN"],
      ["5", "end #5", "RPCGEN"],
      ["6", "cancel #5", "RPCGEN"],
      ["7", "credit #5", "RPCGEN"],
      ["8", "ping", "RPCGEN"],
      ["2", "response #1", "RPCGEN"],
      ["3", "error #1", "RPCGEN"],
      ["9", "pong", "RPCGEN"],
      ["10", "settings", "RPCGEN"],
      ["11", expect.stringMatching(/^goaway/u), "RPCGEN"],
      ["192", expect.stringMatching(/^kind 0xc0/u), "RPCGEN"],
    ]);
  });

  test("names error codes and shows what a declared error says", () => {
    const [, , line] = fieldsOf(
      [...opening, ...fromServer("error")],
      "rpcgen.error.code",
      "rpcgen.error.reason",
      "rpcgen.error.message",
      "rpcgen.error.type",
      "rpcgen.body",
    );
    expect(line).toEqual(["5", "declared", "no such user", "acme.v1.NotFound", "0a0137"]);
    expect(treeOf([...opening, ...fromServer("error")])).toContain("        Error code: 5 (not_found)");
    expect(treeOf([...opening, ...fromServer("goaway-fault")])).toContain("        Goaway code: 2 (frame too long)");
  });

  test("shows text where the body is JSON", () => {
    const [, , line] = fieldsOf([...opening, ...fromClient("request-by-path")], "rpcgen.path", "rpcgen.body.text");
    expect(line).toEqual(["/acme.v1.Users/Get", '{"id":7}']);
  });

  test("shows long values, trace contexts and numbers of the rarer tags", () => {
    const names = ["rpcgen.trace_context", "rpcgen.priority", "rpcgen.attempt", "rpcgen.unknown_tag"];
    const rows = fieldsOf(
      [...opening, ...fromClient("trace-context", "priority-and-attempt", "ignorable-tag", "long-value")],
      ...names,
    ).slice(2);
    expect(rows.map((row) => row.map((cell) => cell.length > 0))).toEqual([
      [true, false, false, false],
      [false, true, true, false],
      [false, false, false, true],
      [false, false, false, false],
    ]);
  });

  test.each([1, 7, 19, 33])("puts packets of %i bytes together again", (size) => {
    const option = optionOf("client-option");
    const rest = [
      { from: "client" as const, bytes: option.subarray(10) },
      ...opening.slice(1),
      ...fromClient("request-with-deadline", "unary-request"),
      ...fromServer("error"),
    ];
    // A connection is recognised by its first packet, which needs 8 bytes for that.
    const segments = [{ from: "client" as const, bytes: option.subarray(0, 10) }, ...cut(rest, size)];
    const rows = fieldsOf(segments, "rpcgen.kind")
      .map(([kind]) => kind)
      .filter((kind) => kind !== "");
    expect(rows).toEqual(["1", "1", "3"]);
  });

  test("reads several frames in one packet", () => {
    const bytes = Buffer.concat([optionOf("client-option"), vector("unary-request"), vector("ping")]);
    expect(fieldsOf([{ from: "client", bytes }], "rpcgen.kind", "_ws.col.Info")).toEqual([
      ["1;8", "Option, request #1, ping"],
    ]);
  });

  test("separates frames that end in one packet, also when the first began in another", () => {
    const bytes = Buffer.concat([vector("request-with-deadline"), vector("unary-request"), vector("ping")]);
    const packets = [bytes.subarray(0, 30), bytes.subarray(30)];
    const segments = packets.map((each): Segment => ({ from: "client", bytes: each }));
    expect(fieldsOf([...opening, ...segments], "_ws.col.Info").at(-1)).toEqual(["request #2, request #1, ping"]);
  });

  test("recognises a connection whose beginning was not captured", () => {
    expect(fieldsOf(fromClient("unary-request"), "rpcgen.kind")).toEqual([["1"]]);
  });

  test("leaves other protocols alone", () => {
    const bytes = Buffer.from("GET / HTTP/1.1\r\n\r\n");
    expect(tshark([{ from: "client", bytes }], "-Y", "rpcgen")).toBe("");
  });

  test.each(frameVectors.filter(({ verdict }) => verdict === "malformed").map(({ id }) => id))(
    "survives and marks the broken frame %s",
    (id) => {
      const shown = fieldsOf([...opening, ...fromClient(id)], "rpcgen.kind", "_ws.expert");
      expect(shown).toHaveLength(3);
    },
  );

  test("marks what is no frame and headers that are cut", () => {
    const broken = [...opening, ...fromClient("header-cut-value")];
    expect(tshark(broken, "-Y", "rpcgen.malformed", "-V", "-O", "rpcgen")).toContain(
      "an entry goes beyond the header [HDR-2]",
    );
    const noise: Segment = { from: "client", bytes: Buffer.from("nonsense") };
    expect(tshark([...opening, noise], "-Y", "rpcgen.malformed", "-V")).toContain("neither an Option nor a frame");
  });

  test("reads real calls as this implementation does", async () => {
    const segments = await recordCalls();
    for (const side of ["client", "server"] as const) {
      const bytes = Buffer.concat(segments.filter(({ from }) => from === side).map((segment) => segment.bytes));
      const own = readFrames([bytes.subarray(bytes.indexOf(10) + 1)]);
      const port = side === "client" ? "tcp.srcport==50000" : "tcp.dstport==50000";
      const text = tshark(
        segments,
        "-Y",
        `rpcgen.kind && ${port}`,
        "-T",
        "fields",
        "-E",
        "aggregator=;",
        "-e",
        "rpcgen.kind",
        "-e",
        "rpcgen.id",
      );
      const cells = text
        .trim()
        .split("\n")
        .map((line) => line.split("\t").map((cell) => cell.split(";")));
      expect(cells.flatMap(([kind = []]) => kind)).toEqual(
        own.map((frame) => ("kind" in frame ? String(frame.kind) : "fault")),
      );
      expect(cells.flatMap(([, id = []]) => id.map((each) => String(BigInt(each))))).toEqual(
        own.map((frame) => ("kind" in frame ? frame.id : "fault")),
      );
    }
  });
});

/** What goes over the wire during a few calls of different kinds. */
async function recordCalls(): Promise<Segment[]> {
  const server = await startServer();
  const segments: Segment[] = [];
  const port = Number(server.addresses[0]?.split(":").at(-1));
  const proxy = createListener((client) => record(client, connect(port, "127.0.0.1"), segments));
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  const address = proxy.address();
  const channel = createChannel({ target: `tcp://127.0.0.1:${typeof address === "object" ? address?.port : ""}` });
  const client = createClient(Conformance, { channel });
  await client.echo({ text: "hello", count: 1 }, { metadata: { user: "ann" } });
  await client.fail({ text: "gone" }).catch(() => undefined);
  await client.hang({ timeoutMs: 20 }).catch(() => undefined);
  for await (const _note of client.list({ text: "n", count: 20 })) continue;
  await client.repeat({ text: "0123456789", count: 20_000 });
  await client.sum([{ text: "a" }, { text: "b".repeat(100_000) }]);
  await channel.close();
  await server.close();
  proxy.close();
  return segments;
}

function record(client: Socket, server: Socket, segments: Segment[]): void {
  const join = (from: Segment["from"], source: Socket, target: Socket): void => {
    // Packets are no larger than those of a loopback interface.
    source.on("data", (bytes) => void segments.push(...cut([{ from, bytes: new Uint8Array(bytes) }], 32_000)));
    source.on("error", () => undefined);
    source.pipe(target);
  };
  join("client", client, server);
  join("server", server, client);
}
