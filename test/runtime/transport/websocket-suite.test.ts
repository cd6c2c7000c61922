import { describe, expect, test } from "vitest";
import { transportSuite } from "../../../runtime/testing/suites/transport-suite.ts";
import { parseAddress } from "../../../runtime/transport/address.ts";
import { createSniffedTransport } from "../../../runtime/transport/sniff.ts";
import { tcpTransport } from "../../../runtime/transport/tcp.ts";
import type { TransportKind } from "../../../runtime/transport/transport.ts";
import { createWebSocketTransport, type WebSocketConstructor } from "../../../runtime/transport/websocket.ts";
import { createWorld } from "../fixture/world.ts";
import { NodeWebSocket } from "./node-websocket.ts";

const sniff = { webSocketPath: "/", origins: undefined, maxWebSocketFrameBytes: 65_556 };

/** Both halves as one kind: the client's transport, and a port that tells peers apart. */
function webSockets(constructor: WebSocketConstructor): TransportKind {
  const toTcp = (text: string): string => text.replace("ws:", "tcp:").replace(/\/$/, "");
  const toWebSocket = (text: string): string => text.replace(/tcp:(\/\/[\d.]+:\d+)/g, "ws:$1/");
  return {
    ...createWebSocketTransport("ws", constructor),
    async listen(address, accept) {
      const take = (transport: Parameters<typeof accept>[0]): void => accept(createSniffedTransport(transport, sniff));
      try {
        const listener = await tcpTransport.listen(parseAddress(toTcp(address.text)), take);
        return { address: toWebSocket(listener.address), close: () => listener.close() };
      } catch (error) {
        throw new Error(toWebSocket((error as Error).message), { cause: error });
      }
    },
  };
}

const native = (globalThis as { WebSocket?: WebSocketConstructor }).WebSocket;
const subjects = [
  { name: "a WebSocket over sockets", constructor: NodeWebSocket as WebSocketConstructor },
  ...(native === undefined ? [] : [{ name: "the WebSocket of this Node", constructor: native }]),
];

describe.each(subjects)("the ws transport with $name", ({ constructor }) => {
  const options = {
    kind: webSockets(constructor),
    listenAddress: () => "ws://127.0.0.1:0/",
    deadAddress: "ws://127.0.0.1:1/",
  };
  for (const { name, run } of transportSuite(options)) test(name, run);
});

test("an answer that came while the thread was busy counts, although the time to connect is up", async () => {
  await using world = await createWorld({ address: "tcp://127.0.0.1:0" });
  const address = parseAddress(`${world.address.replace("tcp:", "ws:")}/`);
  const connecting = createWebSocketTransport("ws", NodeWebSocket).connect(address, { timeoutMs: 100 });
  const untilMs = performance.now() + 250;
  while (performance.now() < untilMs);
  (await connecting).abort();
});

test("nobody listens on a WebSocket address", async () => {
  const listening = createWebSocketTransport("ws").listen(parseAddress("ws://127.0.0.1:1/"), () => undefined);
  await expect(listening).rejects.toThrow('listen on "tcp://host:port"');
});

test("the scheme wss counts as private, ws only on this machine", () => {
  const isPrivate = (scheme: "ws" | "wss", text: string): boolean =>
    createWebSocketTransport(scheme).isPrivate(parseAddress(text));
  expect(isPrivate("wss", "wss://example.com/")).toBe(true);
  expect(isPrivate("ws", "ws://example.com/")).toBe(false);
  expect(isPrivate("ws", "ws://127.0.0.1:1/")).toBe(true);
  expect(isPrivate("ws", "ws://[::1]:1/")).toBe(true);
});

test.each([
  ["ws://a b/", "it is not a URL"],
  ["ws:", "it is not a URL"],
  ["ws://host/#x", 'has no "#"'],
  ["wss://me@host/", "has a user name"],
])("the address %s is refused", (text, fault) => {
  expect(() => parseAddress(text)).toThrow(fault);
});
