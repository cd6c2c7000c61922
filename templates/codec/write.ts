import type { FieldDescriptor, ListType, MapType, OneofDescriptor } from "@rpcgen/runtime/descriptor";
import { code, type Code, type Ident, type Piece } from "../code.ts";
import { plainZero } from "../default-value.ts";
import { fragmentsOf, remembered } from "../fragments.ts";
import { assign, call, lines, open, operands } from "../layout.ts";
import { stringLiteral } from "../literal.ts";
import type { ModuleContext } from "../module-context.ts";
import { ident, locals } from "../naming.ts";
import type { Slot } from "../slots.ts";
import { conversionOf, enumFunction, keyOf, scalarMethod, wireType, wireTypeOf, writeElement } from "./element.ts";

/** What is written together: one field, or neighbouring cases of one oneof. */
type Run =
  | { readonly kind: "field"; readonly slot: Slot; readonly field: FieldDescriptor }
  | { readonly kind: "cases"; readonly slot: Slot; readonly cases: FieldDescriptor[]; readonly first: boolean };

/** The statements that write all members in the order of their numbers, as every protobuf implementation does. */
export function writeStatements(context: ModuleContext, slots: readonly Slot[], fullName: string): Code[] {
  return runsOf(slots).map((run) =>
    run.kind === "field"
      ? remembered(run.slot.fragments, "write", 1, () => writeField(context, run.slot, run.field))
      : writeCases(context, run, fullName),
  );
}

function runsOf(slots: readonly Slot[]): Run[] {
  const numbered = slots.flatMap((slot) =>
    slot.member.kind === "field" ? [{ slot, field: slot.member }] : slot.member.cases.map((field) => ({ slot, field })),
  );
  numbered.sort((a, b) => a.field.number - b.field.number);
  const runs: Run[] = [];
  const seen = new Set<Slot>();
  for (const { slot, field } of numbered) {
    const last = runs.at(-1);
    if (slot.member.kind === "field") runs.push({ kind: "field", slot, field });
    else if (last?.kind === "cases" && last.slot === slot) last.cases.push(field);
    else runs.push({ kind: "cases", slot, cases: [field], first: !seen.has(slot) });
    seen.add(slot);
  }
  return runs;
}

function writeField(context: ModuleContext, slot: Slot, field: FieldDescriptor): Code {
  const { variable, property } = slot;
  const declared = code`${assign(code`const ${variable}`, code`value.${property}`)};`;
  const body = fieldBody(context, field, variable);
  if (field.required) return lines(declared, ...body);
  const tests = [code`${variable} !== undefined`, ...presenceTest(context, field, variable)];
  return code`
    ${declared}
    ${open("if", operands("&&", tests))}
      ${body}
    }
  `;
}

/** What tells a value from one that need not be sent. -0 is not the zero of a float. */
function presenceTest(context: ModuleContext, field: FieldDescriptor, variable: Ident): Code[] {
  const { type } = field;
  if (type.kind === "list") return isPacked(type) ? [isFilled(variable)] : [];
  const isPlain = type.kind === "scalar" || type.kind === "enum" || (type.kind === "builtin" && type.name === "uuid");
  if (!isPlain || field.presence === "explicit") return [];
  if (type.kind === "scalar" && type.scalar === "bytes") return [isFilled(variable)];
  if (type.kind === "scalar" && (type.scalar === "float" || type.scalar === "double")) {
    return [code`!${call(code`Object.is`, [variable, 0])}`];
  }
  return [code`${variable} !== ${plainZero(context, type)}`];
}

/** Asks the writer, because `null` and other wrong values have to get as far as its checks. */
function isFilled(variable: Ident): Code {
  return code`!${call(code`writer.isEmpty`, [variable])}`;
}

function fieldBody(context: ModuleContext, field: FieldDescriptor, variable: Ident): Code[] {
  const { type, number } = field;
  if (type.kind === "list")
    return isPacked(type) ? writePacked(context, field, type, variable) : [writeList(context, field, type, variable)];
  if (type.kind === "map") return [writeMap(context, field, type, variable)];
  return writeElement(context, type, { key: keyOf(number, wireTypeOf(type)), value: variable });
}

/** True when the list is one length-delimited field. */
export function isPacked(type: ListType): boolean {
  return type.packed && wireTypeOf(type.element) !== wireType.bytes;
}

/** `packedInt32` */
export function packedMethod(scalar: string): Ident {
  return ident(`packed${scalar.slice(0, 1).toUpperCase()}${scalar.slice(1)}`);
}

function writePacked(context: ModuleContext, field: FieldDescriptor, type: ListType, variable: Ident): Code[] {
  const { element } = type;
  const method = packedMethod(element.kind === "scalar" ? scalarMethod(element) : "int32");
  const mapped = packedValues(context, element, variable);
  return [code`writer.tag(${keyOf(field.number, wireType.bytes)});`, code`${call(code`writer.${method}`, [mapped])};`];
}

function packedValues(context: ModuleContext, element: ListType["element"], variable: Ident): Piece {
  if (element.kind === "enum")
    return call(code`writer.converted`, [variable, enumFunction(context, element, "toNumber")]);
  const conversion = element.kind === "scalar" ? conversionOf(element) : "none";
  if (conversion === "none") return variable;
  return call(code`writer.converted`, [
    variable,
    context.imports.runtime(conversion === "text" ? "int64FromText" : "int64FromNumber"),
  ]);
}

function writeList(context: ModuleContext, field: FieldDescriptor, type: ListType, variable: Ident): Code {
  const key = keyOf(field.number, wireTypeOf(type.element));
  return code`
    for (const item of ${call(code`writer.list`, [variable])}) {
      ${writeElement(context, type.element, { key, value: locals.item })}
    }
  `;
}

function writeMap(context: ModuleContext, field: FieldDescriptor, type: MapType, variable: Ident): Code {
  const key = { key: keyOf(1, wireTypeOf(type.key)), value: locals.key };
  const item = { key: keyOf(2, wireTypeOf(type.value)), value: locals.item, mark: locals.inner };
  return code`
    for (const [key, item] of ${call(code`writer.map`, [variable])}) {
      writer.tag(${keyOf(field.number, wireType.bytes)});
      const mark = writer.begin();
      ${writeElement(context, type.key, key)}
      ${writeElement(context, type.value, item)}
      writer.end(mark);
    }
  `;
}

function writeCases(context: ModuleContext, run: Extract<Run, { kind: "cases" }>, fullName: string): Code {
  const { variable, property, member } = run.slot;
  const others = (member as OneofDescriptor).cases.filter((field) => !run.cases.includes(field));
  const declared = run.first ? code`${assign(code`const ${variable}`, code`value.${property}`)};` : undefined;
  return code`
    ${declared}
    ${open("switch", code`${variable}?.kind`)}
      ${run.cases.map((field) => writeCase(context, field, variable))}
      ${run.first ? lastCases(context, others, variable, `${fullName}.${member.name}`) : undefined}
    }
  `;
}

/** One case of a oneof or union held by `holder`. */
export function writeCase(context: ModuleContext, field: FieldDescriptor, holder: Ident): Code {
  const fragments = fragmentsOf(context.fragments, { field, property: "", variable: holder });
  return remembered(fragments, "write case", 2, () => createWriteCase(context, field, holder));
}

function createWriteCase(context: ModuleContext, field: FieldDescriptor, holder: Ident): Code {
  const type = field.type;
  if (type.kind === "list" || type.kind === "map") throw new TypeError("a case of a oneof is a single value");
  const isVoid = type.kind === "builtin" && type.name === "void";
  return code`
    case ${stringLiteral(field.name)}: {
      ${isVoid ? undefined : code`const item = ${holder}.value;`}
      ${writeElement(context, type, { key: keyOf(field.number, wireTypeOf(type)), value: locals.item })}
      break;
    }
  `;
}

/** What is left of a switch over the cases: those written elsewhere, none at all, and what the types exclude. */
export function lastCases(
  context: ModuleContext,
  others: readonly FieldDescriptor[],
  holder: Ident,
  name: string,
): Code {
  return code`
    ${others.map((field) => code`case ${stringLiteral(field.name)}:`)}
    case undefined:
      break;
    default:
      throw ${call(context.imports.runtime("notAMember"), [stringLiteral(name), holder])};
  `;
}
