import type { ReservedDescriptor } from "@rpcgen/runtime/descriptor";
import type { ReservedNode } from "../syntax/ast.ts";

/** Highest field number. */
export const MAX_FIELD_NUMBER = 536_870_911;
/** Highest enum number. */
export const MAX_ENUM_NUMBER = 2_147_483_647;

/** The numbers and names of `reserved` members; `max` stands for `highest`. */
export function reservedOf(nodes: readonly ReservedNode[], highest: number): ReservedDescriptor {
  const items = nodes.flatMap((node) => node.items);
  return {
    numbers: items.flatMap((item) => {
      if (item.kind === "string_literal") return [];
      const from = Number(item.from.value);
      const to = item.to === undefined ? from : item.to === "max" ? highest : Number(item.to.value);
      return [{ from, to }];
    }),
    names: items.flatMap((item) => (item.kind === "string_literal" ? [item.value] : [])),
  };
}
