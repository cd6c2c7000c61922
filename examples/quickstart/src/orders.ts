import { type CallContext } from "@rpcgen/runtime";
import { NotFound } from "./gen/common.rpc.js";
import {
  type ChatMessage,
  type Event,
  type Order,
  type OrderDraft,
  OrderId,
  type OrdersHandlers,
  OutOfStock,
  type StockChange,
} from "./gen/shop.rpc.js";
import { priceOf, stockOf } from "./catalog.js";

/** The order service: plain functions over a map. */
export function createOrders(): OrdersHandlers & { readonly views: () => number } {
  const orders = new Map<OrderId, Order>();
  let views = 0;

  function find(id: OrderId): Order {
    const order = orders.get(id);
    if (order === undefined) throw new NotFound({ resource: "order", id: String(id) }, `there is no order ${id}`);
    return order;
  }

  return {
    views: () => views,

    get: (request) => find(request.id),

    place(draft) {
      for (const line of draft.lines) {
        const available = stockOf(line.productId);
        if (available < line.quantity) throw new OutOfStock({ productId: line.productId, available });
      }
      const order = orderFromDraft(OrderId(BigInt(orders.size + 1)), draft);
      orders.set(order.id, order);
      return order;
    },

    quote: (draft) => ({ total: totalOf(draft), validFor: 15 * 60_000 }),

    list(request) {
      const statuses = request.filter?.statuses ?? [];
      const matching = [...orders.values()].filter((order) => statuses.length === 0 || statuses.includes(order.status));
      return { items: matching.slice(0, request.pageSize) };
    },

    cancel(request) {
      const order: Order = { ...find(request.id), status: "cancelled" };
      orders.set(order.id, order);
      return { order, refund: order.total };
    },

    async *watch(request) {
      find(request.orderId);
      yield* journeyOf();
    },

    adjustStock: (changes) => sumOf(changes),

    chat: (messages, context) => answers(messages, context),

    viewed() {
      views += 1;
    },

    ping() {},

    fetch: () => ({ items: [...orders.values()] }),
  };
}

function totalOf(draft: OrderDraft): Order["total"] {
  const cents = draft.lines.reduce((sum, line) => sum + line.quantity * priceOf(line.productId), 0);
  return { currency: "eur", cents };
}

function orderFromDraft(id: OrderId, draft: OrderDraft): Order {
  return {
    id,
    customerId: draft.customerId,
    status: "placed",
    lines: draft.lines,
    shipTo: draft.shipTo,
    total: totalOf(draft),
    placedAt: new Date(),
    promisedIn: 3 * 24 * 3_600_000,
    couponCode: draft.couponCode,
    discountPercent: 0,
    priority: 0,
    labels: new Map([["channel", "quickstart"]]),
    payment: draft.payment.kind === undefined ? undefined : draft.payment,
    loyaltyPoints: 42,
    route: [],
    scanCodes: [1, 2, 3],
    history: [],
  };
}

function* journeyOf(): Generator<Event> {
  yield { kind: "statusChanged", value: { from: "placed", to: "packed" } };
  yield { kind: "statusChanged", value: { from: "packed", to: "shipped" } };
  yield { kind: "located", value: { latitude: 52.52, longitude: 13.405 } };
  yield { kind: "message", value: "left with a neighbour" };
  yield { kind: "delivered" };
}

async function sumOf(changes: AsyncIterable<StockChange>) {
  const byProduct = new Map<string, number>();
  let count = 0;
  for await (const { productId, delta } of changes) {
    count += 1;
    byProduct.set(productId, (byProduct.get(productId) ?? 0) + delta);
  }
  return { changes: count, netChange: [...byProduct.values()].reduce((a, b) => a + b, 0), byProduct };
}

async function* answers(messages: AsyncIterable<ChatMessage>, context: CallContext): AsyncGenerator<ChatMessage> {
  const name = context.metadata.get("customer-name") ?? "stranger";
  for await (const message of messages) {
    yield { from: "support", text: `${name}, about “${message.text}”: done.`, sentAt: new Date() };
  }
}
