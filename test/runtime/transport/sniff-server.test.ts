/** What strangers meet at the port of a real server. */
import { createConnection, type Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { createServer, type Server, type ServerOptions } from "../../../runtime/index.ts";
import { Lab } from "../fixture/lab.ts";
import { createWorld, echoing } from "../fixture/world.ts";

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close({ graceMs: 0 });
});

interface Peer {
  readonly socket: Socket;
  /** What it read until the server closed. */
  readonly text: Promise<string>;
}

async function serve(options: ServerOptions = {}): Promise<{ readonly port: number; connect(): Peer }> {
  const server = createServer(options).add(Lab, echoing);
  servers.push(server);
  const port = Number(/\d+$/.exec(await server.listen("tcp://127.0.0.1:0"))?.[0]);
  const connect = (): Peer => {
    const socket = createConnection(port, "127.0.0.1");
    let text = "";
    socket.on("data", (bytes) => (text += bytes.toString("latin1")));
    socket.on("error", () => undefined);
    return { socket, text: new Promise((resolve) => socket.once("close", () => resolve(text))) };
  };
  return { port, connect };
}

const request = (fields: Readonly<Record<string, string>>): string =>
  [
    "GET / HTTP/1.1",
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ...Object.entries(fields).map(([name, value]) => `${name}: ${value}`),
    "\r\n",
  ].join("\r\n");

/** The code of the close frame that comes last; its text, if any, is shorter than 126 bytes. */
function closeCodeOf(bytes: Buffer): number {
  return bytes.readUInt16BE(bytes.lastIndexOf(0x88) + 2);
}

describe("a server's port", () => {
  test.each(["", "{", '{"MagicNumber":39', "G", "GET / HTTP/1.1\r\nHost: a\r\n", "PRI * HT"])(
    "closes a peer that stops after %j when the time for the handshake is over",
    async (start) => {
      const { connect } = await serve({ limits: { handshakeMs: 50 } });
      const { socket, text } = connect();
      socket.write(start);
      expect(await text).toBe("");
    },
  );

  test("closes a WebSocket that is opened and then silent", async () => {
    const { connect } = await serve({ limits: { handshakeMs: 50 } });
    const { socket, text } = connect();
    socket.write(request({ Host: "localhost" }));
    expect((await text).split("\r\n")[0]).toBe("HTTP/1.1 101 Switching Protocols");
  });

  test.each([
    [0, true, 1_000],
    [1, false, 1_009],
  ])(
    "takes frames of a WebSocket with 20 bytes more than maxFrameBytes; of %i more it reads anything: %s, and closes with %i",
    async (more, isRead, code) => {
      const { connect } = await serve({ limits: { maxFrameBytes: 65_536 } });
      const { socket, text } = connect();
      const option = Buffer.from('{"MagicNumber":3927900,"CodecType":"application/x-rpcgen"}\n');
      const payload = Buffer.concat([option], 65_536 + 20 + more);
      // Masked with zeros. What stands behind the Option is no frame of ours, so the server says goodbye in any case.
      const head = Buffer.from([0x82, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
      head.writeUInt32BE(payload.length, 6);
      socket.write(request({ Host: "localhost" }));
      socket.write(Buffer.concat([head, payload]));
      const read = Buffer.from(await text, "latin1");
      expect([read.includes("MagicNumber"), closeCodeOf(read)]).toEqual([isRead, code]);
    },
  );

  test("lets a stranger who was answered stay no longer than a handshake", async () => {
    const { connect } = await serve({ limits: { handshakeMs: 50 } });
    const { socket, text } = connect();
    socket.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n");
    expect((await text).split("\r\n")[0]).toBe("HTTP/1.1 405 Method Not Allowed");
  });

  test("gives up the oldest of too many peers that hesitate", async () => {
    const { connect } = await serve({ limits: { maxHandshakes: 2, handshakeMs: 60_000 } });
    const first = connect();
    await new Promise((resolve) => first.socket.once("connect", resolve));
    first.socket.write("GET /");
    const others = [connect(), connect()];
    for (const { socket } of others) socket.write("GET /");
    expect(await first.text).toBe("");
    for (const { socket } of others) expect(socket.destroyed).toBe(false);
    for (const { socket } of others) socket.destroy();
  });

  test("serves our clients while strangers knock", async () => {
    await using here = await createWorld({ address: "tcp://127.0.0.1:0" });
    const port = Number(/\d+$/.exec(here.address)?.[0]);
    const sockets = ["\x16\x03\x01", "SSH-2.0-x\r\n", "GET /admin HTTP/1.1\r\nHost: a\r\n\r\n"].map((start) => {
      const socket = createConnection(port, "127.0.0.1");
      socket.on("error", () => undefined);
      socket.write(start, "latin1");
      return new Promise((resolve) => socket.resume().once("close", resolve));
    });
    expect((await here.lab.echo({ text: "undisturbed" })).text).toBe("undisturbed");
    await Promise.all(sockets);
  });
});

describe("the origin of a page at a server on this machine", () => {
  const statusOf = async (fields: (port: number) => Readonly<Record<string, string>>): Promise<string> => {
    const { port, connect } = await serve();
    const { socket, text } = connect();
    socket.write(request(fields(port)));
    socket.once("data", () => socket.end());
    return (await text).slice(9, 12);
  };

  test.each(["127.0.0.1", "localhost", "[::1]"])("may be %s", async (host) => {
    expect(await statusOf((port) => ({ Host: `${host}:${port}`, Origin: `http://${host}:${port}` }))).toBe("101");
  });

  test("may not be a name of the internet that was made to lead here", async () => {
    const name = "rebound.example";
    expect(await statusOf((port) => ({ Host: `${name}:${port}`, Origin: `http://${name}:${port}` }))).toBe("403");
  });
});

describe("the options for WebSockets", () => {
  test.each([
    ["app.example.com"],
    ["https://app.example.com/"],
    ["https://app.example.com:443"],
    ["https://*.example.com/x"],
    [7 as unknown as string],
  ])("refuse the origin %j", (origin) => {
    expect(() => createServer({ origins: [origin] })).toThrow('The option "origins" has');
  });

  test.each(["rpc", "/a b", "/a?b", "/a#b", 7 as unknown as string])("refuse the path %j", (webSocketPath) => {
    expect(() => createServer({ webSocketPath })).toThrow('must be a path such as "/rpc"');
  });

  test("take origins and paths", () => {
    const origins = ["https://app.example.com", "http://localhost:5173", "*"];
    expect(() => createServer({ origins, webSocketPath: "/rpc/v1" })).not.toThrow();
  });
});
