import { expect, test } from "vitest";
import { RequestItems } from "../../../runtime/client/request-items.ts";
import type { ClientCallState } from "../../../runtime/client/client-call.ts";
import type { Compression } from "../../../runtime/compression/compression.ts";
import type { ClientConnection, OutgoingCall } from "../../../runtime/connection/connection.ts";
import type { RpcError } from "../../../runtime/errors/rpc-error.ts";

const connection = { peerCompressors: [] } as unknown as ClientConnection;

/** A call on a connection, which takes everything. */
function createOutgoing() {
  const seen: (number | string)[] = [];
  const outgoing = {
    sendItem: (body: Uint8Array) => seen.push(body[0] ?? -1) > 0,
    endItems: () => void seen.push("end"),
    cancel: () => void seen.push("cancel"),
  } as unknown as OutgoingCall;
  return { seen, outgoing };
}

function createItems() {
  const call = { method: { path: "/a.B/C" }, options: {}, bytesSent: 0 } as unknown as ClientCallState;
  return new RequestItems(call, {} as Compression);
}

/** What microtasks do. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Items of 50 kB that are told apart by their first byte; `asked` counts how many were made. */
function source(count: number) {
  const made = { asked: 0 };
  const items = (async function* () {
    for (let at = 0; at < count; at++) {
      made.asked++;
      yield new Uint8Array(50_000).fill(at);
    }
  })();
  return { made, items };
}

test("while the call waits for a connection no item is lost, however long, and one is asked for at most", async () => {
  const items = createItems();
  const first = createOutgoing();
  items.goTo(connection, first.outgoing);
  const { made, items: bodies } = source(5);
  items.send(
    bodies,
    (body) => body as Uint8Array,
    () => undefined,
  );
  while (first.seen.length === 0) await Promise.resolve();
  items.wait();
  await settled();
  expect([first.seen, made.asked]).toEqual([[0], 2]);
  expect(items.isRepeatable).toBe(true);
  const second = createOutgoing();
  items.goTo(connection, second.outgoing);
  await settled();
  expect(second.seen).toEqual([0, 1, 2, 3, 4, "end"]);
  expect(items.isRepeatable).toBe(true);
  items.taken();
  expect(items.isRepeatable).toBe(false);
});

test("items that fail while the call waits for a connection end it", async () => {
  const items = createItems();
  const { outgoing, seen } = createOutgoing();
  items.goTo(connection, outgoing);
  const errors: RpcError[] = [];
  const bodies = (async function* () {
    yield new Uint8Array(1);
    throw new Error("out of paper");
  })();
  items.send(
    bodies,
    (body) => body as Uint8Array,
    (error) => errors.push(error),
  );
  while (seen.length === 0) await Promise.resolve();
  items.wait();
  await settled();
  expect(errors.map(({ message, reason }) => [message, reason])).toEqual([
    ["/a.B/C was cancelled because the items to send failed: out of paper", "cancelled_by_caller"],
  ]);
  expect(seen).toEqual([0]);
});
