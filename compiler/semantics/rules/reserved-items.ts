import { semanticsCatalog as catalog } from "../../diagnostics/catalog-semantics.ts";
import type { ReservedNode, ReservedRange, StringLiteral } from "../../syntax/ast.ts";
import { type NumberRange, reservedRanges } from "./numbering.ts";
import type { Rule, RuleContext } from "./rule.ts";

/** Reserved ranges run upwards, and nothing is reserved twice. */
export const reservedItems: Rule = {
  id: "reserved-items",
  severity: "error",
  purpose: "Reserved ranges run upwards between usable numbers, and no number or name is reserved twice.",
  clause: "2.3.3",
  create: (context) => ({
    shape: ({ reserved }) => check(reserved, { lowest: 1, highest: 536_870_911, context }),
    enum: ({ node }) => {
      const reserved = node.members.filter((member) => member.kind === "reserved");
      check(reserved, { lowest: -2_147_483_648, highest: 2_147_483_647, context });
    },
    service: ({ node }) => {
      const reserved = node.members.filter((member) => member.kind === "reserved");
      check(reserved, { lowest: 1, highest: 0, context });
    },
  }),
};

interface Limits {
  readonly lowest: number;
  readonly highest: number;
  readonly context: RuleContext;
}

function check(nodes: readonly ReservedNode[], limits: Limits): void {
  if (nodes.length === 0) return;
  const items = nodes.flatMap((node) => node.items);
  for (const item of items) if (item.kind === "reserved_range") checkRange(item, limits);
  checkNames(
    items.filter((item) => item.kind === "string_literal"),
    limits,
  );
  checkOverlaps(reservedRanges(nodes, limits.highest), limits);
}

function checkRange({ from, to, span }: ReservedRange, { lowest, highest, context }: Limits): void {
  const end = to === undefined ? from.value : to === "max" ? BigInt(highest) : to.value;
  if (from.value >= BigInt(lowest) && end <= BigInt(highest) && from.value <= end) return;
  const text = to === "max" ? "max" : String(end);
  context.report(catalog.reservedRange, { from: from.value, to: text, lowest, highest }, { span });
}

function checkNames(names: readonly StringLiteral[], { context }: Limits): void {
  const first = new Map<string, StringLiteral>();
  for (const name of names) {
    const earlier = first.get(name.value);
    if (earlier === undefined) first.set(name.value, name);
    else reportTwice(`\`"${name.value}"\``, { span: name.span, first: earlier.span }, context);
  }
}

function checkOverlaps(ranges: readonly NumberRange[], { context }: Limits): void {
  const sorted = [...ranges].sort((left, right) => left.from - right.from || left.span.start - right.span.start);
  let widest: NumberRange | undefined;
  for (const range of sorted) {
    if (widest !== undefined && range.from <= widest.to) {
      const later = range.span.start > widest.span.start ? range : widest;
      const earlier = later === range ? widest : range;
      const isSame = range.text === widest.text || !later.text.includes("..");
      reportTwice(
        isSame ? later.text : `a number of ${later.text}`,
        { span: later.span, first: earlier.span },
        context,
      );
    }
    if (widest === undefined || range.to > widest.to) widest = range;
  }
}

function reportTwice(
  what: string,
  places: { readonly span: NumberRange["span"]; readonly first: NumberRange["span"] },
  context: RuleContext,
): void {
  const related = [{ span: places.first, message: "first reserved here" }];
  context.report(catalog.reservedTwice, { what }, { span: places.span, related });
}
