import { type CallContext } from "@rpcgen/runtime";
import { NotFound } from "./gen/common.rpc.js";
import { type CatalogHandlers, type Product } from "./gen/shop.rpc.js";

const products: ReadonlyMap<string, { readonly name: string; readonly cents: number; readonly stock: number }> =
  new Map([
    ["TEA-0001", { name: "Assam, 250 g", cents: 895, stock: 1_000_000 }],
    ["TEA-0002", { name: "Sencha, 100 g", cents: 1290, stock: 1_000_000 }],
    ["POT-0001", { name: "Stoneware teapot", cents: 4900, stock: 2 }],
  ]);

/** Price in cents; 0 for what the shop does not sell. */
export function priceOf(productId: string): number {
  return products.get(productId)?.cents ?? 0;
}

/** Pieces in stock. */
export function stockOf(productId: string): number {
  return products.get(productId)?.stock ?? 0;
}

/** The catalogue. A search for `slow` never ends by itself, to show deadlines and cancellation. */
export function createCatalog(onAbandoned: (query: string) => void): CatalogHandlers {
  return {
    product: (request) => productOf(request.id),
    async search(request, context) {
      if (request.query.startsWith("slow")) {
        await abandoned(context);
        onAbandoned(request.query);
      }
      return { products: [...products.keys()].slice(0, request.pageSize).map(productOf) };
    },
    categories: () => ({
      value: { name: "tea", children: [] },
      children: [{ value: { name: "green", children: [] }, children: [] }],
    }),
    price: (request) => ({ currency: "eur", cents: priceOf(request.id) * request.quantity }),
    customer(request) {
      throw new NotFound({ resource: "customer", id: request.id });
    },
  };
}

function productOf(id: string): Product {
  const product = products.get(id);
  if (product === undefined) throw new NotFound({ resource: "product", id }, `there is no product ${id}`);
  return {
    id,
    name: product.name,
    price: { currency: "eur", cents: product.cents },
    storage: "shelf",
    tags: ["tea"],
    attributes: new Map([["origin", "Assam"]]),
    weightGrams: 250,
    thumbnail: new Uint8Array(),
    taxPercent: 7,
  };
}

function abandoned(context: CallContext): Promise<void> {
  return new Promise((resolve) => {
    if (context.signal.aborted) resolve();
    else context.signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
