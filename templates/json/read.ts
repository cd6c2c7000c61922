import type { FieldDescriptor, ListType, MapType, ScalarType } from "@rpcgen/runtime/descriptor";
import { code, type Code, type FlatCode, type Ident, type Piece } from "../code.ts";
import { branded } from "../default-value.ts";
import type { ElementType } from "../element-type.ts";
import { type Fragments, part, type Part, remembered, withoutBreak } from "../fragments.ts";
import { assign, assignBelow, call, inlineObject, lines, open, operands, wholeComparison } from "../layout.ts";
import { stringLiteral } from "../literal.ts";
import type { ModuleContext } from "../module-context.ts";
import { locals } from "../naming.ts";
import { inBody, settled } from "../settle.ts";
import { type CaseSlot, casesOf, type Slot } from "../slots.ts";
import { elementFromJson } from "./element.ts";

/** A field with the statements that read it. */
interface Entry {
  readonly field: FieldDescriptor;
  readonly fragments: Fragments;
  /** Its clause among the fragments, for the JSON name alone and with the protobuf name. */
  readonly part: { readonly jsonName: Part; readonly bothNames: Part };
  statements(): readonly Code[];
}

const parts = Object.freeze({
  field: { jsonName: part.fromJson, bothNames: part.fromJsonBothNames },
  case: { jsonName: part.caseFromJson, bothNames: part.caseFromJsonBothNames },
  optionalCase: { jsonName: part.optionalCaseFromJson, bothNames: part.optionalCaseFromJsonBothNames },
});

/** The loop over the members of a JSON object. */
export function fromJsonLoop(context: ModuleContext, slots: readonly Slot[]): FlatCode {
  return loop(
    context,
    slots.flatMap((slot): Entry[] => {
      if ("cases" in slot) return slot.cases.map((each) => caseEntry(context, each, slot.member.optional));
      const { member, variable, fragments } = slot;
      return [{ field: member, fragments, part: parts.field, statements: () => readField(context, member, variable) }];
    }),
  );
}

/** The same for the cases of a union, kept in `result`. */
export function unionFromJsonLoop(context: ModuleContext, cases: readonly FieldDescriptor[]): FlatCode {
  return loop(
    context,
    casesOf(context, cases, locals.result).map((each) => caseEntry(context, each, false)),
  );
}

function caseEntry(context: ModuleContext, { field, holder, fragments }: CaseSlot, optional: boolean): Entry {
  const part = optional ? parts.optionalCase : parts.case;
  return { field, fragments, part, statements: () => readCase(context, field, holder, optional) };
}

function loop(context: ModuleContext, entries: readonly Entry[]): FlatCode {
  const labels = labelsOf(entries.map((entry) => entry.field));
  const nullable = entries.flatMap(({ field }) => (isJson(field) ? (labels.get(field) ?? []) : []));
  const known = entries.flatMap(({ field }) => (labels.get(field) ?? []).map(stringLiteral));
  const tests = [code`item === null`, ...nullable.map((name) => code`key !== ${stringLiteral(name)}`)];
  return inBody`
    for (const key of reader.open(json)) {
      const item = reader.item(key);
      ${settled(2, () => open("if", joinTests(tests)))}
        ${settled(3, () => code`${call(code`reader.absent`, [code`key`, ...known])};`)}
        continue;
      }
      switch (key) {
        ${clauses(context, entries, labels)}
        default:
          reader.unknown(key);
      }
    }
    reader.close();
  `;
}

function clauses(
  context: ModuleContext,
  entries: readonly Entry[],
  labels: ReadonlyMap<FieldDescriptor, readonly string[]>,
): FlatCode {
  let text = "";
  for (const { field, fragments, part, statements } of entries) {
    const names = labels.get(field) ?? [];
    text += remembered(context, fragments, {
      part: names.length === 1 ? part.jsonName : part.bothNames,
      depth: 3,
      make: () => clause(names, [...singleSpelling(names), ...statements()]),
    });
  }
  return withoutBreak(text, 3);
}

/** A field that JSON may name in two ways comes once, not twice. */
function singleSpelling(names: readonly string[]): Code[] {
  return names.length === 1 ? [] : [code`${call(code`reader.single`, names.map(stringLiteral))};`];
}

function joinTests(tests: readonly Code[]): Piece {
  return tests.length === 1 ? (tests[0] as Code) : operands("&&", tests);
}

function clause(names: readonly string[], statements: readonly Code[]): Code {
  const heads = names.map((name) => code`case ${stringLiteral(name)}:`);
  if (statements.length === 1) {
    return code`
      ${heads}
        ${statements}
        break;
    `;
  }
  return code`
    ${heads.slice(0, -1)}
    ${heads.at(-1)} {
      ${statements}
      break;
    }
  `;
}

/** JSON names first; a field's protobuf name is accepted too unless it is another field's JSON name. */
function labelsOf(fields: readonly FieldDescriptor[]): Map<FieldDescriptor, string[]> {
  const taken = new Set(fields.map((field) => field.jsonName));
  const labels = new Map<FieldDescriptor, string[]>();
  for (const field of fields) {
    const names = [field.jsonName];
    if (!taken.has(field.wireName)) names.push(field.wireName);
    taken.add(field.wireName);
    labels.set(field, names);
  }
  return labels;
}

/** `null` is a value for `json` and means absence for every other type. */
function isJson(field: FieldDescriptor): boolean {
  return field.type.kind === "builtin" && field.type.name === "json";
}

function readField(context: ModuleContext, field: FieldDescriptor, variable: Ident): Code[] {
  const { type } = field;
  if (type.kind === "list") return [readList(context, type, variable)];
  if (type.kind === "map") return [readMap(context, type, variable)];
  if (type.kind === "builtin" && type.name === "void") return [code`reader.empty(item);`];
  const value = elementFromJson(context, type, locals.item);
  if (type.kind !== "enum") return [code`${assign(variable, value)};`];
  return [code`${assignBelow(variable, wholeComparison(value, "??", variable))};`];
}

function readList(context: ModuleContext, type: ListType, variable: Ident): Code {
  const { element } = type;
  const value = elementFromJson(context, element, locals.entry);
  const push = (item: Piece): Code => code`${call(code`${variable}.push`, [item])};`;
  return code`
    for (const entry of reader.list(item)) {
      ${element.kind === "enum" ? known(value, push(locals.value)) : push(value)}
    }
  `;
}

/** Only members that are known are stored. */
function known(value: Code, store: Code): Code {
  return lines(
    code`${assign(code`const value`, value)};`,
    code`
      if (value !== undefined) {
        ${store}
      }
    `,
  );
}

function readMap(context: ModuleContext, type: MapType, variable: Ident): Code {
  const key = keyFromJson(context, type.key);
  const set = (item: Piece): Code => code`${call(code`${variable}.set`, [key, item])};`;
  const value = elementFromJson(context, type.value, locals.entry);
  return code`
    for (const [field, entry] of reader.map(item)) {
      ${type.value.kind === "enum" ? known(value, set(locals.value)) : set(value)}
    }
  `;
}

function keyFromJson(context: ModuleContext, type: ScalarType): Code {
  if (type.scalar === "bool") return branded(context, type, code`reader.boolKey(field)`);
  return elementFromJson(context, type, locals.field);
}

function readCase(context: ModuleContext, field: FieldDescriptor, holder: Ident, optional: boolean): Code[] {
  const type = field.type as ElementType;
  const once = code`${call(code`reader.once`, [code`${holder}${optional ? code`?` : undefined}.kind`])};`;
  const store = (value: Piece): Code =>
    code`${assign(holder, inlineObject([code`kind: ${stringLiteral(field.name)}`, code`value: ${value}`]))};`;
  if (type.kind === "builtin" && type.name === "void") {
    return [once, code`reader.empty(item);`, store(code`undefined`)];
  }
  const value = elementFromJson(context, type, locals.item);
  if (type.kind === "enum") return [once, known(value, store(locals.value))];
  return [once, code`${assign(code`const value`, value)};`, store(locals.value)];
}
