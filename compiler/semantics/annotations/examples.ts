import type { ConstantValue } from "@rpcgen/runtime/descriptor";
import { semanticsCatalog as catalog } from "../../diagnostics/catalog-semantics.ts";
import { closest } from "../../diagnostics/suggest.ts";
import type { Span } from "../../source/source-file.ts";
import type { Identifier, OneofNode, ValueNode } from "../../syntax/ast.ts";
import { substitute } from "../instances.ts";
import type { Scope } from "../names.ts";
import { isSymbolOf, type ResolvedField, type ResolvedType, type Shape } from "../program.ts";
import type { Report } from "../report.ts";
import { aliasChain, typeText, withoutAlias } from "../types.ts";
import type { ValueResolver } from "../values.ts";
import type { CheckedAnnotation } from "./check-annotations.ts";
import { brokenConstraint, constantText } from "./constraint-fit.ts";
import { enumOfType, mismatchOf } from "./value-type.ts";

/** What examples are checked with. */
export interface ExampleContext {
  readonly values: ValueResolver;
  readonly shapes: ReadonlyMap<object, Shape>;
  readonly report: Report;
  /** Names in the example are looked up from here. */
  readonly scope: Scope;
  annotationsOf(node: object): readonly CheckedAnnotation[];
}

/** An example as written, or a part of one; with a value where a constant stands for it. */
interface Part {
  readonly span: Span;
  readonly node?: ValueNode;
  readonly value?: ConstantValue;
}

interface Entry {
  readonly name: string;
  readonly span: Span;
  readonly part: Part;
}

type Declared = Extract<ResolvedType, { kind: "declared" }>;

/**
 * The value of an example, checked against its type and the constraints of `nodes`, which stand on the field or alias itself.
 * Undefined when something in it is wrong, which was reported.
 */
export function checkExample(
  node: ValueNode,
  place: { readonly type: ResolvedType; readonly nodes: readonly object[] },
  context: ExampleContext,
): ConstantValue | undefined {
  return checkPart({ span: node.span, node }, place.type, { ...context, nodes: place.nodes });
}

interface Checking extends ExampleContext {
  /** What constraints of the value stand on, besides the aliases of its type. */
  readonly nodes: readonly object[];
}

function checkPart(part: Part, type: ResolvedType, checking: Checking): ConstantValue | undefined {
  const value = valueOf(part, type, checking);
  return value !== undefined && satisfies(value, part, type, checking) ? value : undefined;
}

function satisfies(value: ConstantValue, { span }: Part, type: ResolvedType, checking: Checking): boolean {
  for (const node of [...checking.nodes, ...aliasChain(type).map((symbol) => symbol.node)]) {
    const broken = brokenConstraint(value, checking.annotationsOf(node));
    if (broken === undefined) continue;
    const related = [{ span: broken.node.span, message: "the constraint is here" }];
    const parameters = { constraint: broken.name, value: shortened(constantText(value)) };
    checking.report(catalog.exampleBreaksConstraint, parameters, { span, related });
    return false;
  }
  return true;
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

function valueOf(part: Part, type: ResolvedType, checking: Checking): ConstantValue | undefined {
  const base = withoutAlias(type);
  const inner = { ...checking, nodes: [] };
  switch (base.kind) {
    case "list":
      return listOf(part, base, inner);
    case "map":
      return mapOf(part, base, inner);
    case "builtin":
      return base.name === "json" ? jsonOf(part, inner) : builtinOf(part, base, inner);
    case "declared":
      return isSymbolOf(base.symbol, "enum") ? leafOf(part, base, inner) : recordOf(part, base, inner);
    default:
      return leafOf(part, base, inner);
  }
}

function wrong(expected: string, { span }: Part, { report }: Checking): undefined {
  report(catalog.argumentType, { annotation: "example", expected }, { span });
}

/** The value of a part that is one as a whole: a literal, a member of an enum, a constant. */
function evaluated(part: Part, checking: Checking, type?: ResolvedType): ConstantValue | undefined {
  if (part.node === undefined) return part.value;
  const members = enumOfType(type);
  const { scope } = checking;
  return checking.values.evaluate(part.node, members === undefined ? { scope } : { scope, enum: members });
}

function leafOf(part: Part, type: ResolvedType, checking: Checking): ConstantValue | undefined {
  if (type.kind === "parameter") return wrong("a type that is known", part, checking);
  const value = evaluated(part, checking, type);
  if (value === undefined) return undefined;
  const mismatch = mismatchOf(value, type);
  if (mismatch === undefined) return value;
  if (mismatch.kind === "type") return wrong(mismatch.expected, part, checking);
  checking.report(catalog.valueOutOfRange, { annotation: "example", ...mismatch }, { span: part.span });
  return undefined;
}

function builtinOf(
  part: Part,
  type: Extract<ResolvedType, { kind: "builtin" }>,
  checking: Checking,
): ConstantValue | undefined {
  if (type.name === "void") {
    const entries = entriesOf(part, checking);
    return entries?.length === 0 ? { kind: "record", entries: [] } : wrong("`{}`", part, checking);
  }
  if (type.name !== "timestamp") return leafOf(part, type, checking);
  const value = evaluated(part, checking);
  if (value === undefined || (value.kind === "string" && isPointInTime(value.value))) return value;
  return wrong('a point in time such as `"2026-01-31T12:00:00Z"`', part, checking);
}

/** RFC 3339, of a day that the calendar has. */
function isPointInTime(text: string): boolean {
  const parts = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/.exec(text);
  if (parts === null || Number.isNaN(Date.parse(text))) return false;
  return new Date(`${parts[1]}T00:00:00Z`).toISOString().startsWith(parts[1] ?? "");
}

function jsonOf(part: Part, checking: Checking): ConstantValue | undefined {
  const value = evaluated(part, checking);
  if (value === undefined || isJson(value)) return value;
  return wrong("a value that JSON has: a string, a number, true or false, a list, names with values", part, checking);
}

function isJson(value: ConstantValue): boolean {
  switch (value.kind) {
    case "string":
    case "bool":
    case "int":
    case "float":
      return true;
    case "list":
      return value.values.every(isJson);
    case "record":
      return value.entries.every((each) => isJson(each.value));
    default:
      return false;
  }
}

function itemsOf(part: Part, checking: Checking): readonly Part[] | undefined {
  if (part.node?.kind === "list_value") return part.node.values.map((node) => ({ span: node.span, node }));
  const value = part.node?.kind === "record_value" ? undefined : evaluated(part, checking);
  return value?.kind === "list" ? value.values.map((each) => ({ span: part.span, value: each })) : undefined;
}

function entriesOf(part: Part, checking: Checking): readonly Entry[] | undefined {
  if (part.node?.kind === "record_value") {
    const entryOf = ({ name, value }: { readonly name: Identifier; readonly value: ValueNode }): Entry => ({
      name: name.text,
      span: name.span,
      part: { span: value.span, node: value },
    });
    return part.node.entries.map(entryOf);
  }
  const value = part.node?.kind === "list_value" ? undefined : evaluated(part, checking);
  if (value?.kind !== "record") return undefined;
  return value.entries.map((each) => ({
    name: each.name,
    span: part.span,
    part: { span: part.span, value: each.value },
  }));
}

function listOf(
  part: Part,
  { element }: Extract<ResolvedType, { kind: "list" }>,
  checking: Checking,
): ConstantValue | undefined {
  const items = itemsOf(part, checking);
  if (items === undefined) return wrong(`a list of \`${typeText(element)}\``, part, checking);
  const values = items.map((item) => checkPart(item, element, checking));
  const known = values.filter((value) => value !== undefined);
  return known.length === values.length ? { kind: "list", values: known } : undefined;
}

/** `{ de: "Tee" }` for names, `[{ key: 1, value: "one" }]` for all other keys. Comes out in the second form. */
function mapOf(
  part: Part,
  { key, value }: Extract<ResolvedType, { kind: "map" }>,
  checking: Checking,
): ConstantValue | undefined {
  const hasNames = typeText(withoutAlias(key)) === "string";
  const named = hasNames && part.node?.kind !== "list_value" ? entriesOf(part, checking) : undefined;
  if (named === undefined) return pairsOf(part, { key, value }, checking);
  const pairs = named.map((entry) => ({
    key: checkPart({ span: entry.span, value: { kind: "string", value: entry.name } }, key, checking),
    value: checkPart(entry.part, value, checking),
    span: entry.span,
  }));
  return wholeMap(pairs, checking);
}

interface Pair {
  readonly key: ConstantValue | undefined;
  readonly value: ConstantValue | undefined;
  readonly span: Span;
}

function pairsOf(
  part: Part,
  types: { readonly key: ResolvedType; readonly value: ResolvedType },
  checking: Checking,
): ConstantValue | undefined {
  const example = "a map such as `[{ key: 1, value: 2 }]`, or `{ name: value }` where its keys are names,";
  const pairs: Pair[] = [];
  const items = itemsOf(part, checking);
  if (items === undefined) return wrong(example, part, checking);
  for (const item of items) {
    const entries = entriesOf(item, checking);
    const [key, value] = ["key", "value"].map((name) => entries?.find((entry) => entry.name === name));
    if (entries?.length !== 2 || key === undefined || value === undefined) return wrong(example, item, checking);
    pairs.push({
      key: checkPart(key.part, types.key, checking),
      value: checkPart(value.part, types.value, checking),
      span: key.part.span,
    });
  }
  return wholeMap(pairs, checking);
}

function wholeMap(pairs: readonly Pair[], { report }: Checking): ConstantValue | undefined {
  const seen = new Set<string>();
  const values: ConstantValue[] = [];
  for (const { key, value, span } of pairs) {
    if (key === undefined || value === undefined) return undefined;
    const name = constantText(key);
    if (seen.has(name)) return void report(catalog.exampleShape, { reason: "twice", name }, { span });
    seen.add(name);
    const entries = [
      { name: "key", value: key },
      { name: "value", value },
    ];
    values.push({ kind: "record", entries });
  }
  return { kind: "list", values };
}

function recordOf(part: Part, type: Declared, checking: Checking): ConstantValue | undefined {
  const shape = checking.shapes.get(type.symbol);
  const entries = entriesOf(part, checking);
  if (shape === undefined || entries === undefined) {
    return wrong(`a value of \`${typeText(type)}\` such as \`{ name: value }\``, part, checking);
  }
  if (!isWhole(entries, shape, { part, checking })) return undefined;
  const values: { name: string; value: ConstantValue }[] = [];
  for (const entry of entries) {
    const field = shape.fields.find(({ node }) => node.name.text === entry.name);
    const value =
      field === undefined ? unknownField(entry, shape, checking) : fieldValue(entry.part, field, type, checking);
    if (value !== undefined) values.push({ name: entry.name, value });
  }
  return values.length === entries.length ? { kind: "record", entries: values } : undefined;
}

function fieldValue(part: Part, field: ResolvedField, owner: Declared, checking: Checking): ConstantValue | undefined {
  const type = owner.arguments.length === 0 ? field.type : substitute(field.type, owner.arguments);
  return checkPart(part, type, { ...checking, nodes: [field.node] });
}

function unknownField({ name, span }: Entry, shape: Shape, { report }: Checking): undefined {
  const fields = shape.fields.map(({ node }) => node.name.text);
  const suggestion = closest(name, fields);
  const fix = suggestion && { title: `write \`${suggestion}\``, edits: [{ span, text: suggestion }] };
  const parameters = { name, type: shape.symbol.name, suggestion, fields };
  report(catalog.exampleUnknownField, parameters, { span, ...(fix ? { fix } : {}) });
}

/** Nothing twice, no two cases of a oneof, a case for a union, and all that is required. */
function isWhole(
  entries: readonly Entry[],
  shape: Shape,
  { part, checking }: { readonly part: Part; readonly checking: Checking },
): boolean {
  const { report } = checking;
  const isUnion = shape.symbol.node.kind === "union";
  const chosen = new Map<string | OneofNode, string>();
  for (const { name, span } of entries) {
    const field = shape.fields.find(({ node }) => node.name.text === name);
    const slot = isUnion ? "" : (field?.oneof ?? name);
    const earlier = chosen.get(slot);
    chosen.set(slot, name);
    if (earlier === undefined) continue;
    const holder = typeof slot === "string" ? shape.symbol.name : slot.name.text;
    const problem = earlier === name ? { reason: "twice" as const, name } : { reason: "cases" as const, name: holder };
    report(catalog.exampleShape, problem, { span });
    return false;
  }
  if (isUnion && entries.length === 0) {
    report(catalog.exampleShape, { reason: "union", name: shape.symbol.name }, { span: part.span });
    return false;
  }
  const missing = shape.members.find(({ node }) => isLeftOut(node, chosen, checking));
  if (missing === undefined) return true;
  report(catalog.exampleShape, { reason: "required", name: missing.node.name.text }, { span: part.span });
  return false;
}

function isLeftOut(
  node: Shape["members"][number]["node"],
  chosen: ReadonlyMap<string | OneofNode, string>,
  { annotationsOf }: Checking,
): boolean {
  if (chosen.has(node.kind === "oneof" ? node : node.name.text)) return false;
  return annotationsOf(node).some(({ isStandard, name }) => isStandard && name === "required");
}
