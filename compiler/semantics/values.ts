import type { ConstantValue, Reference } from "@rpcgen/runtime/descriptor";
import { semanticsCatalog as catalog } from "../diagnostics/catalog-semantics.ts";
import type { EnumMemberNode, NameValue, RangeValue, ValueNode } from "../syntax/ast.ts";
import type { Bound } from "./bind.ts";
import type { NameResolver, Scope } from "./names.ts";
import { type DeclaredSymbol, isSymbolOf, type SymbolOf } from "./program.ts";
import type { Report } from "./report.ts";
import { isStatusCode, statusCodes } from "./status-codes.ts";
import { closest } from "../diagnostics/suggest.ts";
import { MAX_CHAIN } from "./types.ts";

/** Most nodes that all constants of a compilation may unfold to. */
export const MAX_CONSTANT_NODES = 1_000_000;

/** What bare words may mean besides constants. */
export interface ValueContext {
  readonly scope: Scope;
  /** Members of this enum may stand without its name. */
  readonly enum?: SymbolOf<"enum">;
  /** Words that the place understands: status codes, `number`. */
  readonly words?: readonly string[];
  /** Any single word is taken as it stands: the name of a field. */
  readonly anyWord?: boolean;
}

export interface ValueResolver {
  /** The value of a node; `undefined` when something in it was wrong, which was reported. */
  evaluate(node: ValueNode, context: ValueContext): ConstantValue | undefined;
  /** The value of a constant. */
  constant(symbol: SymbolOf<"constant">): ConstantValue | undefined;
}

interface ValueState {
  readonly names: NameResolver;
  readonly bound: Bound;
  readonly report: Report;
  readonly constants: Map<DeclaredSymbol, ConstantValue | "open" | "broken">;
  readonly sizes: WeakMap<ConstantValue, number>;
  readonly path: SymbolOf<"constant">[];
  total: number;
}

/** Creates the evaluator of constants and annotation arguments. */
export function createValueResolver(parts: {
  readonly names: NameResolver;
  readonly bound: Bound;
  readonly report: Report;
}): ValueResolver {
  const state: ValueState = { ...parts, constants: new Map(), sizes: new WeakMap(), path: [], total: 0 };
  return {
    evaluate: (node, context) => evaluate(state, node, context),
    constant: (symbol) => evaluateConstant(state, symbol),
  };
}

function evaluate(state: ValueState, node: ValueNode, context: ValueContext): ConstantValue | undefined {
  switch (node.kind) {
    case "string_literal":
      return { kind: "string", value: node.value };
    case "int_literal":
      return { kind: "int", value: node.value.toString() };
    case "float_literal":
      return { kind: "float", value: node.value };
    case "duration_literal":
      return { kind: "duration", ms: node.ms };
    case "size_literal":
      return { kind: "size", bytes: node.bytes };
    case "name_value":
      return evaluateName(state, node, context);
    case "range_value":
      return evaluateRange(state, node, context);
    case "list_value":
      return allDefined(
        node.values.map((value) => evaluate(state, value, context)),
        (values) => ({ kind: "list", values }),
      );
    case "record_value":
      return allDefined(
        node.entries.map(({ name, value }) => {
          const evaluated = evaluate(state, value, context);
          return evaluated && { name: name.text, value: evaluated };
        }),
        (entries) => ({ kind: "record", entries }),
      );
  }
}

function allDefined<T>(
  items: readonly (T | undefined)[],
  make: (items: readonly T[]) => ConstantValue,
): ConstantValue | undefined {
  const defined = items.filter((item) => item !== undefined);
  return defined.length === items.length ? make(defined) : undefined;
}

function evaluateRange(state: ValueState, node: RangeValue, context: ValueContext): ConstantValue | undefined {
  const min = node.min && evaluate(state, node.min, context);
  const max = node.max && evaluate(state, node.max, context);
  if ((node.min && !min) || (node.max && !max)) return undefined;
  const minText = min && boundText(min);
  const maxText = max && boundText(max);
  if ((min && minText === undefined) || (max && maxText === undefined)) {
    state.report(
      catalog.rangeBound,
      {},
      { span: (min && minText === undefined ? node.min : node.max)?.span ?? node.span },
    );
    return undefined;
  }
  return {
    kind: "range",
    ...(minText === undefined ? {} : { min: minText }),
    ...(maxText === undefined ? {} : { max: maxText }),
  };
}

/** A bound as text: integers in decimal, floats as JavaScript writes them, durations in ms, sizes in bytes. */
export function boundText(value: ConstantValue): string | undefined {
  switch (value.kind) {
    case "int":
      return value.value;
    case "float":
      return String(value.value);
    case "duration":
      return String(value.ms);
    case "size":
      return String(value.bytes);
    default:
      return undefined;
  }
}

function evaluateName(state: ValueState, node: NameValue, context: ValueContext): ConstantValue | undefined {
  const { text, parts } = node.name;
  if (text === "true" || text === "false") return { kind: "bool", value: text === "true" };
  const [only] = parts;
  const member = parts.length === 1 && context.enum && only ? findMember(context.enum, only.text) : undefined;
  if (context.enum && member) return enumValue(context.enum, member);
  if (parts.length === 1 && context.words?.includes(text)) return { kind: "word", value: text };
  const found = state.names.find(node.name, context.scope);
  if (found.meaning?.kind === "broken") return undefined;
  if (found.meaning?.kind === "symbol" && isSymbolOf(found.meaning.symbol, "constant")) {
    return evaluateConstant(state, found.meaning.symbol);
  }
  const qualified = qualifiedMember(node, found);
  if (qualified !== undefined) return qualified;
  if (context.anyWord) return { kind: "word", value: text };
  reportUnknownValue(state, node, { context, found });
  return undefined;
}

function findMember(symbol: SymbolOf<"enum">, name: string): EnumMemberNode | undefined {
  const members = symbol.node.members.filter((member) => member.kind === "enum_member");
  return members.find((member) => member.name.text === name);
}

function enumValue(symbol: SymbolOf<"enum">, member: EnumMemberNode): ConstantValue {
  return {
    kind: "enum",
    enum: enumReference(symbol),
    member: member.name.text,
    number: Number(member.number?.value ?? 0n),
  };
}

/** The descriptor's reference to an enum. */
export function enumReference(symbol: SymbolOf<"enum">): Reference {
  return { kind: "enum", name: symbol.qualifiedName, file: symbol.module.path, fullName: symbol.fullName };
}

type Found = ReturnType<NameResolver["find"]>;

/** `Role.admin`: an enum and one of its members. */
function qualifiedMember(node: NameValue, found: Found): ConstantValue | undefined {
  const { holder, at } = found;
  if (holder?.kind !== "symbol" || !isSymbolOf(holder.symbol, "enum") || at !== node.name.parts.length - 1)
    return undefined;
  const member = findMember(holder.symbol, node.name.parts[at]?.text ?? "");
  return member && enumValue(holder.symbol, member);
}

function reportUnknownValue(
  state: ValueState,
  node: NameValue,
  where: { readonly context: ValueContext; readonly found: Found },
): void {
  const { context, found } = where;
  const holderEnum =
    found.holder?.kind === "symbol" && isSymbolOf(found.holder.symbol, "enum") ? found.holder.symbol : undefined;
  const owner = holderEnum ?? context.enum;
  const part = node.name.parts[found.at] ?? node.name;
  if (owner !== undefined) {
    const members = owner.node.members.filter((member) => member.kind === "enum_member").map(({ name }) => name.text);
    const suggestion = closest(part.text, members);
    const related = [{ span: owner.nameSpan, message: "declared here" }];
    const parameters = { name: part.text, enum: owner.name, suggestion, members };
    return state.report(catalog.unknownEnumMember, parameters, {
      span: part.span,
      related,
      ...fixOf(part, suggestion),
    });
  }
  const words = context.words ?? [];
  const suggestion = closest(part.text, words);
  if (suggestion !== undefined || words.length > 0) {
    const parameters = { name: part.text, words, suggestion };
    return state.report(catalog.unknownWord, parameters, { span: part.span, ...fixOf(part, suggestion) });
  }
  if (found.meaning !== undefined) {
    return state.report(catalog.notAValue, { name: node.name.text }, { span: node.span });
  }
  state.names.reportUnknown(node.name, context.scope, "constant");
}

function fixOf(part: { span: NameValue["span"] }, text: string | undefined): object {
  return text === undefined ? {} : { fix: { title: `write \`${text}\``, edits: [{ span: part.span, text }] } };
}

function evaluateConstant(state: ValueState, symbol: SymbolOf<"constant">): ConstantValue | undefined {
  const known = state.constants.get(symbol);
  if (known === "open") return reportCycle(state, symbol);
  if (known === "broken") return undefined;
  if (known !== undefined) return known;
  if (state.path.length >= MAX_CHAIN) {
    state.report(catalog.chainTooLong, { name: symbol.name, limit: MAX_CHAIN }, { span: symbol.nameSpan });
    return undefined;
  }
  state.constants.set(symbol, "open");
  state.path.push(symbol);
  const scope: Scope = { module: symbol.module };
  const value = evaluate(state, symbol.node.value, { scope, ...wordsOf(symbol.node.value) });
  state.path.pop();
  const kept = value !== undefined && fits(state, symbol, value) ? value : undefined;
  state.constants.set(symbol, kept ?? "broken");
  return kept;
}

/** Status codes may stand in a constant, alone or in a list, and mean themselves unless a constant has their name. */
function wordsOf(node: ValueNode): { words?: readonly string[] } {
  const values = node.kind === "list_value" ? node.values : [node];
  const someCode = values.some((value) => value.kind === "name_value" && isStatusCode(value.name.text));
  return someCode ? { words: statusCodes } : {};
}

function fits(state: ValueState, symbol: SymbolOf<"constant">, value: ConstantValue): boolean {
  state.total += nodeCount(state, value);
  if (state.total <= MAX_CONSTANT_NODES) return true;
  state.report(catalog.constantTooLarge, { name: symbol.name, limit: MAX_CONSTANT_NODES }, { span: symbol.nameSpan });
  return false;
}

/** Nodes of a value as JSON would hold them. Shared parts are counted each time but walked once. */
function nodeCount(state: ValueState, value: ConstantValue): number {
  const known = state.sizes.get(value);
  if (known !== undefined) return known;
  const parts =
    value.kind === "list" ? value.values : value.kind === "record" ? value.entries.map((entry) => entry.value) : [];
  const count = parts.reduce((sum, part) => sum + nodeCount(state, part), 1);
  state.sizes.set(value, count);
  return count;
}

function reportCycle(state: ValueState, symbol: SymbolOf<"constant">): undefined {
  const cycle = state.path.slice(state.path.indexOf(symbol));
  const related = cycle.slice(1).map(({ nameSpan }) => ({ span: nameSpan, message: "goes through here" }));
  const path = [...cycle, symbol].map(({ name }) => name);
  state.report(catalog.constantCycle, { path }, { span: symbol.nameSpan, related });
  return undefined;
}
