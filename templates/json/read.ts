import type { FieldDescriptor, ListType, MapType, ScalarType } from "@rpcgen/runtime/descriptor";
import { code, type Code, type Ident, type Piece } from "../code.ts";
import { branded } from "../default-value.ts";
import type { ElementType } from "../element-type.ts";
import { type Fragments, fragmentsOf, remembered } from "../fragments.ts";
import { assign, assignBelow, call, inlineObject, lines, open, operands, wholeComparison } from "../layout.ts";
import { stringLiteral } from "../literal.ts";
import type { ModuleContext } from "../module-context.ts";
import { locals } from "../naming.ts";
import type { Slot } from "../slots.ts";
import { elementFromJson } from "./element.ts";

/** A field with the statements that read it, and the names under which JSON may give it. */
interface Entry {
  readonly field: FieldDescriptor;
  readonly fragments: Fragments;
  /** Name of the statements among the fragments, for the JSON name alone and with the protobuf name. */
  readonly part: { readonly jsonName: string; readonly bothNames: string };
  statements(): readonly Code[];
}

const parts = Object.freeze({
  field: { jsonName: "from json", bothNames: "from json, both names" },
  case: { jsonName: "case from json", bothNames: "case from json, both names" },
  optionalCase: { jsonName: "optional case from json", bothNames: "optional case from json, both names" },
});

/** The loop over the members of a JSON object. */
export function fromJsonLoop(context: ModuleContext, slots: readonly Slot[]): Code {
  return loop(
    slots.flatMap(({ member, variable, fragments }): Entry[] => {
      if (member.kind === "oneof")
        return member.cases.map((field) => caseEntry(context, field, variable, member.optional));
      return [{ field: member, fragments, part: parts.field, statements: () => readField(context, member, variable) }];
    }),
  );
}

/** The same for the cases of a union, kept in `result`. */
export function unionFromJsonLoop(context: ModuleContext, cases: readonly FieldDescriptor[]): Code {
  return loop(cases.map((field) => caseEntry(context, field, locals.result, false)));
}

function caseEntry(context: ModuleContext, field: FieldDescriptor, holder: Ident, optional: boolean): Entry {
  const fragments = fragmentsOf(context.fragments, { field, property: "", variable: holder });
  const part = optional ? parts.optionalCase : parts.case;
  return { field, fragments, part, statements: () => readCase(context, field, holder, optional) };
}

function loop(entries: readonly Entry[]): Code {
  const labels = labelsOf(entries.map((entry) => entry.field));
  const nullable = entries.flatMap(({ field }) => (isJson(field) ? (labels.get(field) ?? []) : []));
  const known = entries.flatMap(({ field }) => (labels.get(field) ?? []).map(stringLiteral));
  const tests = [code`item === null`, ...nullable.map((name) => code`key !== ${stringLiteral(name)}`)];
  return code`
    for (const key of reader.open(json)) {
      const item = reader.item(key);
      ${open("if", joinTests(tests))}
        ${call(code`reader.absent`, [code`key`, ...known])};
        continue;
      }
      switch (key) {
        ${entries.map((entry) => entryClause(entry, labels.get(entry.field) ?? []))}
        default:
          reader.unknown(key);
      }
    }
    reader.close();
  `;
}

function entryClause({ fragments, part, statements }: Entry, names: readonly string[]): Code {
  return remembered(fragments, names.length === 1 ? part.jsonName : part.bothNames, 3, () =>
    clause(names, [...singleSpelling(names), ...statements()]),
  );
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
