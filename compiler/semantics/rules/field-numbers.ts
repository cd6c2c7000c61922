import { semanticsCatalog as catalog } from "../../diagnostics/catalog-semantics.ts";
import type { IntLiteral } from "../../syntax/ast.ts";
import type { ResolvedField, Shape } from "../program.ts";
import { nextFreeNumber, numberFix, type NumberRange, reservedRanges, skippedText } from "./numbering.ts";
import type { Rule, RuleContext } from "./rule.ts";

const HIGHEST = 536_870_911;
const PROTOBUF = { from: 19_000, to: 19_999 };

/** Numbers of fields: in range, unique, not reserved. */
export const fieldNumbers: Rule = {
  id: "field-numbers",
  severity: "error",
  purpose: "Every field has a number of its own that the wire format allows and nothing reserves.",
  clause: "2.3.1, 2.3.2, 2.3.3",
  create: (context) => ({ shape: (shape) => checkShape(shape, context) }),
};

interface Numbers {
  readonly shape: Shape;
  readonly first: Map<number, ResolvedField>;
  readonly ranges: readonly NumberRange[];
  /** Computed when first needed. */
  readonly next: () => number;
}

function checkShape(shape: Shape, context: RuleContext): void {
  if (shape.reserved.length === 0 && areAscending(shape.fields)) return;
  const ranges = reservedRanges(shape.reserved, HIGHEST);
  const first = new Map<number, ResolvedField>();
  const next = (): number =>
    nextFreeNumber({
      used: new Set(shape.fields.map(({ node }) => Number(node.number?.value ?? 0n))),
      ranges: [...ranges, { ...PROTOBUF, text: "", span: shape.symbol.nameSpan }],
      highest: HIGHEST,
    });
  for (const field of shape.fields) {
    const { number } = field.node;
    if (number !== undefined) checkNumber(field, number, { context, numbers: { shape, first, ranges, next } });
  }
}

/** True for numbers that rise from field to field below those of protobuf, as in most messages: they need no table. */
function areAscending(fields: readonly ResolvedField[]): boolean {
  let last = 0n;
  for (const { node } of fields) {
    const value = node.number?.value ?? 0n;
    if (value <= last) return false;
    last = value;
  }
  return last < PROTOBUF.from;
}

function checkNumber(
  field: ResolvedField,
  literal: IntLiteral,
  { context, numbers }: { readonly context: RuleContext; readonly numbers: Numbers },
): void {
  const { report } = context;
  const { value, span } = literal;
  const number = Number(value);
  const next = (): number => numbers.next();
  if (number < 1 || number > HIGHEST) {
    return report(catalog.numberOutOfRange, { number: value, next: next() }, { span, fix: numberFix(span, next()) });
  }
  if (number >= PROTOBUF.from && number <= PROTOBUF.to) {
    return report(catalog.numberOfProtobuf, { number: value, next: next() }, { span, fix: numberFix(span, next()) });
  }
  const owner = numbers.shape.symbol.name;
  const range = numbers.ranges.find(({ from, to }) => number >= from && number <= to);
  if (range !== undefined) {
    const related = [{ span: range.span, message: "reserved here" }];
    const parameters = { number: value, owner, next: next() };
    report(catalog.reservedNumber, parameters, { span, related, fix: numberFix(span, next()) });
  }
  const earlier = numbers.first.get(number);
  if (earlier === undefined) {
    numbers.first.set(number, field);
    return;
  }
  const related = [
    {
      span: earlier.node.number?.span ?? earlier.node.span,
      message: `first used by \`${earlier.node.name.text}\` here`,
    },
  ];
  const parameters = { number: value, owner, next: next(), skipped: skippedText(numbers.ranges) };
  report(catalog.duplicateNumber, parameters, { span, related, fix: numberFix(span, next()) });
}
