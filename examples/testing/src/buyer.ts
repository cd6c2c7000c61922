import { RpcError } from "@rpcgen/runtime";
import type { Level, StockClient } from "./gen/stock.rpc.js";

/** Reserves, and asks again under the same order when nobody can say whether the first request got through. */
export async function buy(stock: StockClient, order: string, sku: string, tries = 5): Promise<Level> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await stock.reserve({ order, sku, count: 1 });
    } catch (error) {
      if (attempt === tries || !RpcError.is(error) || !["connection_lost", "connect_failed"].includes(error.reason))
        throw error;
    }
  }
}
