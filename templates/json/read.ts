import type { FieldDescriptor, ListType, MapType, ScalarType } from "@rpcgen/runtime/descriptor";
import { code, type Code, type FlatCode, type Ident, nothing, type Piece, words } from "../code.ts";
import { branded } from "../default-value.ts";
import type { ElementType } from "../element-type.ts";
import { below, part, remembered, withoutBreak } from "../fragments.ts";
import { ifThen, wholeComparison } from "../conditions.ts";
import { assign, assignBelow, call, entry, inlineObject, lines } from "../layout.ts";
import { stringLiteral } from "../literal.ts";
import type { ModuleContext } from "../module-context.ts";
import { locals } from "../naming.ts";
import { inBody } from "../settle.ts";
import { type CaseSlot, casesOf, type FieldSlot, type Slot } from "../slots.ts";
import { elementFromJson } from "./element.ts";

/** The loop over the members of a JSON object. */
export function fromJsonLoop(context: ModuleContext, slots: readonly Slot[]): FlatCode {
  const taken = takenNames(slots);
  let text = nothing;
  for (const slot of slots) {
    const clauses =
      "cases" in slot
        ? caseClauses(context, slot.cases, { optional: slot.member.optional, taken })
        : fieldClause(context, slot, hasTwoNames(slot.member, taken));
    text = below(text, clauses, 3);
  }
  return loop(text);
}

/** The same for the cases of a union, kept in `result`. */
export function unionFromJsonLoop(context: ModuleContext, cases: readonly FieldDescriptor[]): FlatCode {
  const slots = casesOf(context, cases, locals.result);
  const taken = new Set(cases.map((field) => field.jsonName));
  return loop(withoutBreak(caseClauses(context, slots, { optional: false, taken }), 3));
}

function loop(clauses: FlatCode): FlatCode {
  return inBody`
    for (const key of reader.open(json)) {
      const item = reader.item(key);
      switch (key) {
        ${clauses}
        default:
          reader.unknown(key);
      }
    }
    reader.close();
  `;
}

function takenNames(slots: readonly Slot[]): Set<string> {
  const taken = new Set<string>();
  for (const slot of slots) {
    if (!("cases" in slot)) taken.add(slot.member.jsonName);
    else for (const { field } of slot.cases) taken.add(field.jsonName);
  }
  return taken;
}

/** JSON names first; a field's protobuf name is accepted too unless it is another field's JSON name. */
function hasTwoNames(field: FieldDescriptor, taken: Set<string>): boolean {
  if (taken.has(field.wireName)) return false;
  taken.add(field.wireName);
  return true;
}

function fieldClause(context: ModuleContext, { fragments, member, variable }: FieldSlot, twoNames: boolean): FlatCode {
  const made = twoNames ? part.fromJsonBothNames : part.fromJson;
  const make = (): Code => clause(member, twoNames, readField(context, member, variable));
  return fragments.texts[made] ?? remembered(context, fragments, { part: made, depth: 3, make });
}

function caseClauses(
  context: ModuleContext,
  cases: readonly CaseSlot[],
  { optional, taken }: { readonly optional: boolean; readonly taken: Set<string> },
): FlatCode {
  const parts = optional ? optionalCase : certainCase;
  let text = nothing;
  for (const { field, holder, fragments } of cases) {
    const twoNames = hasTwoNames(field, taken);
    const make = (): Code => clause(field, twoNames, [readCase(context, field, holder, optional)]);
    const part = twoNames ? parts.bothNames : parts.jsonName;
    text = words`${text}${remembered(context, fragments, { part, depth: 3, make })}`;
  }
  return text;
}

const certainCase = { jsonName: part.caseFromJson, bothNames: part.caseFromJsonBothNames } as const;
const optionalCase = { jsonName: part.optionalCaseFromJson, bothNames: part.optionalCaseFromJsonBothNames } as const;

/** A field that JSON may name in two ways comes once, not twice. */
function clause(field: FieldDescriptor, twoNames: boolean, statements: readonly Code[]): Code {
  const names = (twoNames ? [field.jsonName, field.wireName] : [field.jsonName]).map(stringLiteral);
  return code`
    ${names.map((name) => code`case ${name}:`)}
      ${twoNames ? code`${call(code`reader.single`, names)};` : undefined}
      ${field.sensitive ? [code`reader.hide();`, ...statements, code`reader.show();`] : statements}
      break;
  `;
}

/** Lists and maps take `null` for themselves. */
function readField(context: ModuleContext, field: FieldDescriptor, variable: Ident): Code[] {
  const { type } = field;
  if (type.kind === "list") return [readList(context, type, variable)];
  if (type.kind === "map") return [readMap(context, type, variable)];
  if (type.kind === "builtin" && type.name === "void") return [unlessNull(code`reader.empty(item);`)];
  const value = elementFromJson(context, type, locals.item);
  if (isJson(type)) return [code`${assign(variable, value)};`];
  if (type.kind !== "enum") return [unlessNull(code`${assign(variable, value)};`)];
  return [unlessNull(code`${assignBelow(variable, wholeComparison(value, "??", variable))};`)];
}

/** `null` is a value for `json` and means absence for every other type. */
function isJson(type: ElementType): boolean {
  return type.kind === "builtin" && type.name === "json";
}

function unlessNull(statement: Code): Code {
  return ifThen(code`item !== null`, statement);
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

function readCase(context: ModuleContext, field: FieldDescriptor, holder: Ident, optional: boolean): Code {
  const type = field.type as ElementType;
  const statements = [
    code`${call(code`reader.once`, [code`${holder}${optional ? code`?` : undefined}.kind`])};`,
    ...readCaseValue(context, field, holder),
  ];
  if (isJson(type)) return lines(...statements);
  return code`
    if (item !== null) {
      ${statements}
    }
  `;
}

function readCaseValue(context: ModuleContext, field: FieldDescriptor, holder: Ident): Code[] {
  const type = field.type as ElementType;
  const store = (value: Piece): Code =>
    code`${assign(holder, inlineObject([code`kind: ${stringLiteral(field.name)}`, entry(code`value`, value)]))};`;
  if (type.kind === "builtin" && type.name === "void") return [code`reader.empty(item);`, store(code`undefined`)];
  const value = elementFromJson(context, type, locals.item);
  if (type.kind !== "enum") return [store(value)];
  return [known(value, store(locals.value))];
}
