import type { FieldDescriptor, ListType, MapType } from "@rpcgen/runtime/descriptor";
import { code, type Code, type FlatCode, type Ident, nothing, type Piece, words } from "../code.ts";
import { plainZero } from "../default-value.ts";
import { lineBreak } from "../fill.ts";
import { below, gathered, part, remembered } from "../fragments.ts";
import { open, operands } from "../conditions.ts";
import { assign, call, lines } from "../layout.ts";
import { stringLiteral } from "../literal.ts";
import type { ModuleContext } from "../module-context.ts";
import { ident, locals } from "../naming.ts";
import { inBody } from "../settle.ts";
import {
  type CaseSlot,
  type FieldSlot,
  lastClauses,
  oneofHead,
  type OneofSlot,
  oneofSwitch,
  type Slot,
} from "../slots.ts";
import { conversionOf, enumFunction, keyOf, scalarMethod, wireType, wireTypeOf, writeElement } from "./element.ts";

/** What is written together: one field, or neighbouring cases of one oneof. */
type Run = FieldSlot | CasesRun;

interface CasesRun {
  readonly oneof: OneofSlot;
  readonly cases: CaseSlot[];
  /** No case of the oneof is written before. */
  isFirst: boolean;
}

/** The statements that write all members in the order of their numbers, as every protobuf implementation does. */
export function writeStatements(context: ModuleContext, slots: readonly Slot[], fullName: string): FlatCode {
  let text = nothing;
  for (const run of runsOf(slots)) {
    const statements =
      "oneof" in run
        ? words`${lineBreak(1)}${writeOneof(context, run, fullName)}`
        : (run.fragments.texts[part.write] ?? fieldStatements(context, run));
    text = below(text, statements, 1);
  }
  return text;
}

function fieldStatements(context: ModuleContext, slot: FieldSlot): FlatCode {
  const make = (): Code => writeField(context, slot);
  return remembered(context, slot.fragments, { part: part.write, depth: 1, make });
}

function runsOf(slots: readonly Slot[]): Run[] {
  const runs: Run[] = [];
  const seen = new Set<OneofSlot>();
  for (const single of inOrder(singlesOf(slots))) {
    const last = runs.at(-1);
    if (!("oneof" in single)) runs.push(single);
    else if (last !== undefined && "oneof" in last && last.oneof === single.oneof) last.cases.push(...single.cases);
    else {
      single.isFirst = !seen.has(single.oneof);
      seen.add(single.oneof);
      runs.push(single);
    }
  }
  return runs;
}

function singlesOf(slots: readonly Slot[]): Run[] {
  const singles: Run[] = [];
  for (const slot of slots) {
    if (!("cases" in slot)) singles.push(slot);
    else for (const each of slot.cases) singles.push({ oneof: slot, cases: [each], isFirst: false });
  }
  return singles;
}

/** Most schemas have their fields in the order of their numbers. */
function inOrder(singles: Run[]): readonly Run[] {
  const isSorted = singles.every((run, index) => index === 0 || numberOf(singles[index - 1] as Run) < numberOf(run));
  return isSorted ? singles : singles.sort((a, b) => numberOf(a) - numberOf(b));
}

function numberOf(run: Run): number {
  return "oneof" in run ? (run.cases[0] as CaseSlot).field.number : run.member.number;
}

function writeField(context: ModuleContext, { variable, property, member: field }: FieldSlot): Code {
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
      const mark = writer.begin(${keyOf(field.number, wireType.bytes)});
      ${writeElement(context, type.key, key)}
      ${writeElement(context, type.value, item)}
      writer.end(mark);
    }
  `;
}

function writeOneof(context: ModuleContext, run: CasesRun, fullName: string): FlatCode {
  const { variable, member, cases } = run.oneof;
  const others = cases.filter((field) => !run.cases.includes(field));
  return inBody`
    ${run.isFirst ? oneofSwitch(run.oneof) : oneofHead(variable)}
      ${writeCases(context, run.cases)}
      ${run.isFirst ? lastCases(context, others, variable, `${fullName}.${member.name}`) : undefined}
    }
  `;
}

/** The clauses for cases of a oneof or union. */
export function writeCases(context: ModuleContext, cases: readonly CaseSlot[]): FlatCode {
  return gathered(context, cases, { part: part.writeCase, depth: 2, make: (slot) => writeCase(context, slot) });
}

function writeCase(context: ModuleContext, { field, holder }: CaseSlot): Code {
  const type = field.type;
  if (type.kind === "list" || type.kind === "map") throw new TypeError("a case of a oneof is a single value");
  const isVoid = type.kind === "builtin" && type.name === "void";
  return code`
    case ${stringLiteral(field.name)}: {
      ${isVoid ? undefined : code`${assign(code`const item`, code`${holder}.value`)};`}
      ${writeElement(context, type, { key: keyOf(field.number, wireTypeOf(type)), value: locals.item })}
      break;
    }
  `;
}

/** What is left of a switch over the cases: those written elsewhere, none at all, and what the types exclude. */
export function lastCases(context: ModuleContext, others: readonly CaseSlot[], holder: Ident, name: string): FlatCode {
  const last = lastClauses(context, holder, name);
  if (others.length === 0) return last;
  const empty = others.map(({ field }) => words`case ${stringLiteral(field.name)}:`).join(lineBreak(2));
  return words`${empty as FlatCode}${lineBreak(2)}${last}`;
}
