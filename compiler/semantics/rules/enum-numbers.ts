import { semanticsCatalog as catalog } from "../../diagnostics/catalog-semantics.ts";
import type { Fix } from "../../diagnostics/diagnostic.ts";
import type { EnumMemberNode, EnumNode } from "../../syntax/ast.ts";
import type { SymbolOf } from "../program.ts";
import { nextFreeNumber, numberFix, reservedRanges } from "./numbering.ts";
import type { Rule, RuleContext } from "./rule.ts";

const LOWEST = -2_147_483_648;
const HIGHEST = 2_147_483_647;

/** Numbers of enum members: in range, unique, not reserved, one of them 0. */
export const enumNumbers: Rule = {
  id: "enum-numbers",
  severity: "error",
  purpose: "Every enum member has a 32-bit number of its own that nothing reserves, and one of them is 0.",
  clause: "2.4.1, 2.4.2, 2.3.3",
  create: (context) => ({ enum: (symbol) => checkEnum(symbol, context) }),
};

function checkEnum(symbol: SymbolOf<"enum">, context: RuleContext): void {
  const members = symbol.node.members.filter((member) => member.kind === "enum_member");
  const reserved = symbol.node.members.filter((member) => member.kind === "reserved");
  const ranges = reservedRanges(reserved, HIGHEST);
  const used = new Set(members.map(({ number }) => Number(number?.value ?? 0n)));
  const next = (): number => nextFreeNumber({ used, ranges, highest: HIGHEST });
  const first = new Map<number, EnumMemberNode>();
  for (const member of members) checkMember(member, { symbol, context, ranges, first, next });
  const allNumbered = members.every(({ number }) => number !== undefined);
  if (allNumbered && !used.has(0)) {
    const place = { span: symbol.nameSpan, ...zeroFix(symbol.node) };
    context.report(catalog.enumWithoutZero, { name: symbol.name }, place);
  }
}

function checkMember(
  member: EnumMemberNode,
  numbers: {
    readonly symbol: SymbolOf<"enum">;
    readonly context: RuleContext;
    readonly ranges: ReturnType<typeof reservedRanges>;
    readonly first: Map<number, EnumMemberNode>;
    readonly next: () => number;
  },
): void {
  const { symbol, context, ranges, first, next } = numbers;
  if (member.number === undefined) return;
  const { value, span } = member.number;
  const number = Number(value);
  if (number < LOWEST || number > HIGHEST)
    return context.report(catalog.enumNumberOutOfRange, { number: value }, { span });
  const range = ranges.find(({ from, to }) => number >= from && number <= to);
  if (range !== undefined) {
    const related = [{ span: range.span, message: "reserved here" }];
    const place = { span, related, fix: numberFix(span, next()) };
    context.report(catalog.reservedNumber, { number: value, owner: symbol.name, next: next() }, place);
  }
  const earlier = first.get(number);
  if (earlier === undefined) {
    first.set(number, member);
    return;
  }
  const message = `first used by \`${earlier.name.text}\` here`;
  const related = [{ span: earlier.number?.span ?? earlier.span, message }];
  const place = { span, related, fix: numberFix(span, next()) };
  context.report(catalog.duplicateEnumNumber, { number: value, name: symbol.name, next: next() }, place);
}

/** Puts `unspecified = 0;` before the first member, indented like it; none for an enum without members. */
function zeroFix(node: EnumNode): { fix?: Fix } {
  const [first] = node.members;
  if (first === undefined) return {};
  const { file, start } = first.span;
  const lineStart = Math.max(file.text.lastIndexOf("\n", start - 1), file.text.lastIndexOf("\r", start - 1)) + 1;
  const before = file.text.slice(lineStart, start);
  const separator = before.trim() === "" ? `\n${before}` : " ";
  const edits = [{ span: { file, start, end: start }, text: `unspecified = 0;${separator}` }];
  return { fix: { title: "add `unspecified = 0;`", edits } };
}
