import { createChannel, createClient, createServer, RpcError } from "@rpcgen/runtime";
import { createCatalog } from "./catalog.js";
import { NotFound } from "./gen/common.rpc.js";
import { Catalog, type ChatMessageInit, type OrderDraftInit, OrderId, Orders, OutOfStock } from "./gen/shop.rpc.js";
import { measureCalls } from "./load.js";
import { createOrders } from "./orders.js";
import { createReport, expect } from "./report.js";

const report = createReport();
const abandonedSearches: string[] = [];
const handlers = createOrders();

const server = createServer()
  .add(Orders, handlers)
  .add(
    Catalog,
    createCatalog((query) => abandonedSearches.push(query)),
  );
const address = await server.listen("tcp://127.0.0.1:0");

const channel = createChannel({ target: address });
const orders = createClient(Orders, { channel });
const catalog = createClient(Catalog, { channel });

const draft: OrderDraftInit = {
  customerId: "5b8f3c1e-9f43-4a0e-8e2b-0b7c3f9a1d22",
  lines: [{ productId: "TEA-0001", quantity: 2, unitPrice: { currency: "eur", cents: 895 } }],
  shipTo: { recipient: "Ada", lines: ["Am Ufer 1"], city: "Berlin", postalCode: "10115", country: "DE" },
  payment: { kind: "card", value: { last4: "4242", authorization: 991n } },
};

report.section(`Orders and Catalog at ${address}`);

await report.step("a call", async () => {
  const order = await orders.place(draft);
  const again = await orders.get({ id: order.id });
  expect(again.total.cents === 1790, `a total of 1790 cents, not ${again.total.cents}`);
  return `orders.place → order ${order.id}, ${(again.total.cents / 100).toFixed(2)} ${again.total.currency}`;
});

await report.step("a declared error", async () => {
  const error = await failureOf(orders.get({ id: OrderId(404n) }));
  expect(NotFound.is(error), `NotFound, not ${String(error)}`);
  return `NotFound { resource: ${error.data.resource}, id: ${error.data.id} }`;
});

await report.step("another one, with data", async () => {
  const error = await failureOf(orders.place({ ...draft, lines: [{ productId: "POT-0001", quantity: 3 }] }));
  expect(OutOfStock.is(error), `OutOfStock, not ${String(error)}`);
  return `OutOfStock { productId: ${error.data.productId}, available: ${error.data.available} }`;
});

await report.step("a broken constraint", async () => {
  const error = await failureOf(orders.place({ ...draft, lines: [{ productId: "tea", quantity: 1 }] }));
  expect(RpcError.is(error) && error.codeName === "invalid_argument", `invalid_argument, not ${String(error)}`);
  return error.message;
});

await report.step("a deadline", async () => {
  const error = await failureOf(catalog.search({ query: "slow deadline" }, { timeoutMs: 50 }));
  expect(RpcError.is(error) && error.codeName === "deadline_exceeded", `deadline_exceeded, not ${String(error)}`);
  await catalog.product({ id: "TEA-0001" });
  expect(abandonedSearches.includes("slow deadline"), "the handler to be told");
  return "deadline_exceeded after 50 ms here, and the handler was told";
});

await report.step("a cancelled call", async () => {
  const controller = new AbortController();
  const call = failureOf(catalog.search({ query: "slow cancel" }, { signal: controller.signal }));
  await catalog.product({ id: "TEA-0001" });
  controller.abort();
  const error = await call;
  expect(RpcError.is(error) && error.codeName === "cancelled", `cancelled, not ${String(error)}`);
  await catalog.product({ id: "TEA-0001" });
  expect(abandonedSearches.includes("slow cancel"), "the handler to be told");
  return "cancelled here, and the handler was told";
});

report.section("Streams");

await report.step("from the server", async () => {
  const kinds: (string | undefined)[] = [];
  for await (const event of orders.watch({ orderId: OrderId(1n) })) kinds.push(event.kind);
  expect(kinds.length === 5, `5 events, not ${kinds.length}`);
  return kinds.join(" → ");
});

await report.step("from the client", async () => {
  const changes = Array.from({ length: 1000 }, (_, index) => ({ productId: "TEA-0002", delta: (index % 3) - 1 }));
  const result = await orders.adjustStock(changes);
  expect(result.changes === 1000, `1000 changes, not ${result.changes}`);
  return `${result.changes} changes, net ${result.netChange}`;
});

await report.step("both ways", async () => {
  const questions = ["where is my parcel?", "can I still change it?", "thanks!"];
  let answers = 0;
  for await (const answer of orders.chat(chatOf(questions), { metadata: { "customer-name": "Ada" } })) {
    expect(answer.text.startsWith("Ada"), "an answer to Ada");
    answers += 1;
  }
  expect(answers === questions.length, `${questions.length} answers, not ${answers}`);
  return `${questions.length} questions, ${answers} answers, by name from the metadata`;
});

await report.step("one way", async () => {
  for (let view = 0; view < 100; view++) await orders.viewed({ productId: "TEA-0001" });
  await orders.ping();
  expect(handlers.views() === 100, `100 views, not ${handlers.views()}`);
  return "100 views counted, nobody waited";
});

report.section("Speed");

await report.step("10,000 calls", async () => {
  const speed = await measureCalls(10_000, 100, () => catalog.price({ id: "TEA-0001", quantity: 3 }));
  expect(speed.failures === 0, `no failed call, not ${speed.failures}`);
  return `100 in flight: ${speed.callsPerSecond.toLocaleString("en")} calls/s, p50 ${speed.p50Ms} ms, p99 ${speed.p99Ms} ms`;
});

await report.step("goodbye", async () => {
  await channel.close();
  await server.close();
  return "every call answered, connection and server closed";
});

process.exitCode = report.finish() ? 0 : 1;

async function failureOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => new Error("a reply where an error was expected"),
    (error: unknown) => error,
  );
}

function* chatOf(texts: readonly string[]): Generator<ChatMessageInit> {
  for (const text of texts) yield { from: "Ada", text, sentAt: new Date() };
}
