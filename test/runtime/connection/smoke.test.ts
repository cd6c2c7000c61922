import { expect, test } from "vitest";
import { createClientConnection } from "../../../runtime/connection/client-connection.ts";
import { createServerConnection } from "../../../runtime/connection/server-connection.ts";
import { createVirtualEnvironment } from "../../../runtime/testing/virtual-environment.ts";
import { createVirtualPair } from "../../../runtime/testing/virtual-network.ts";

test("a call is answered", () => {
  const environment = createVirtualEnvironment();
  const [left, right] = createVirtualPair({ environment });
  const server = createServerConnection({
    transport: right,
    environment,
    events: {
      onRequest(call, body) {
        call.respond(Buffer.concat([Buffer.from("re:"), body]), [["a", "b"]]);
        call.settle();
      },
    },
  });
  const client = createClientConnection({ transport: left, environment });
  const seen: unknown[] = [];
  client.startCall({
    methodId: 7,
    body: Buffer.from("hello"),
    deadlineMs: environment.now() + 1000,
    metadata: [["k", "v"]],
    receiver: {
      onResponse: (body, head) => void seen.push(Buffer.from(body).toString(), head.metadata()),
      onItem: () => undefined,
      onEnd: () => undefined,
      onError: (error) => void seen.push(error),
    },
  });
  environment.advance(100);
  expect(seen).toEqual(["re:hello", [["a", "b"]]]);
  expect(client.state).toBe("open");
  expect(server.callsInProgress).toBe(0);
  void client.drain(1000);
  environment.advance(100);
  expect([client.state, server.state, left.isClosed, right.isClosed]).toEqual(["closed", "closed", true, true]);
  expect(environment.pendingTimers).toBe(0);
});
