import { EventEmitter, on } from "node:events";
import { SoldOut, type StockHandlers } from "./gen/stock.rpc.js";

/** A shelf: the service that is tested, written as it would be without any test in mind. */
export function createStock(levels: ReadonlyMap<string, number>): StockHandlers {
  const counts = new Map(levels);
  const orders = new Set<string>();
  const events = new EventEmitter();

  return {
    reserve({ order, sku, count }) {
      const left = counts.get(sku) ?? 0;
      if (!orders.has(order)) {
        if (left < count) throw new SoldOut({ left });
        orders.add(order);
        counts.set(sku, left - count);
        events.emit("change", sku);
      }
      return { sku, count: counts.get(sku) ?? 0 };
    },

    async *watch({ sku }, { signal }) {
      const changes = on(events, "change", { signal });
      yield { sku, count: counts.get(sku) ?? 0 };
      for await (const [changed] of changes) if (changed === sku) yield { sku, count: counts.get(sku) ?? 0 };
    },
  };
}
