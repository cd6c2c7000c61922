import type { FieldDescriptor, ListType, MapType, ScalarType } from "@rpcgen/runtime/descriptor";
import { code, type Code, type FlatCode, type Ident, nothing, words } from "../code.ts";
import { plainZero } from "../default-value.ts";
import type { ElementType } from "../element-type.ts";
import { lineBreak } from "../fill.ts";
import { below, gathered, part, remembered } from "../fragments.ts";
import { ifAll, open, operands } from "../conditions.ts";
import { assign, call, lines } from "../layout.ts";
import { objectMembers } from "../reserved.ts";
import { stringLiteral } from "../literal.ts";
import type { ModuleContext } from "../module-context.ts";
import { ident, locals } from "../naming.ts";
import { inBody } from "../settle.ts";
import { type CaseSlot, type FieldSlot, lastClauses, type OneofSlot, oneofSwitch, type Slot } from "../slots.ts";
import { elementToJson } from "./element.ts";

/** The statements that fill `json` with every member, in schema order. */
export function toJsonStatements(context: ModuleContext, slots: readonly Slot[], fullName: string): FlatCode {
  let text = nothing;
  for (const slot of slots) {
    const statements =
      "cases" in slot
        ? words`${lineBreak(1)}${oneofStatement(context, slot, fullName)}`
        : (slot.fragments.texts[part.toJson] ?? fieldStatements(context, slot));
    text = below(text, statements, 1);
  }
  return text;
}

function fieldStatements(context: ModuleContext, slot: FieldSlot): FlatCode {
  const make = (): Code => fieldStatement(context, slot);
  return remembered(context, slot.fragments, { part: part.toJson, depth: 1, make });
}

function fieldStatement(context: ModuleContext, { variable, property, member: field }: FieldSlot): Code {
  const declared = code`${assign(code`const ${variable}`, code`value.${property}`)};`;
  const body = fieldBody(context, field, variable);
  if (field.required) return lines(declared, ...body);
  const tests = [code`${variable} !== undefined`, ...presenceTest(context, field, variable)];
  const [only] = body;
  if (body.length === 1 && only !== undefined) return lines(declared, ifAll(tests, only, 1));
  return code`
    ${declared}
    ${open("if", operands("&&", tests))}
      ${body}
    }
  `;
}

/** The same values are left out as in binary, and empty lists and maps besides. */
function presenceTest(context: ModuleContext, field: FieldDescriptor, variable: Ident): Code[] {
  const { type } = field;
  if (type.kind === "list") return [isFilled(variable)];
  if (type.kind === "map") return [isFilled(variable)];
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
  const { type } = field;
  if (type.kind === "list") return listBody(context, field, type, variable);
  if (type.kind === "map") return mapBody(context, field, type, variable);
  return [setProperty(context, field, elementToJson(context, type, variable))];
}

function setProperty(context: ModuleContext, field: FieldDescriptor, plain: Code | Ident): Code {
  const name = field.jsonName;
  const value = field.sensitive ? call(code`writer.sensitive`, [plain]) : plain;
  if (objectMembers.has(name)) {
    return code`${call(context.imports.runtime("setMember"), [locals.json, stringLiteral(name), value])};`;
  }
  const property = /^[A-Za-z_$][\w$]*$/.test(name) ? code`json.${ident(name)}` : code`json[${stringLiteral(name)}]`;
  return code`${assign(property, value)};`;
}

function listBody(context: ModuleContext, field: FieldDescriptor, type: ListType, variable: Ident): Code[] {
  return [
    code`const inner: ${context.imports.runtime("JsonValue")}[] = [];`,
    code`
      for (const item of ${call(code`writer.list`, [variable])}) {
        ${call(code`inner.push`, [elementToJson(context, type.element, locals.item)])};
      }
    `,
    setProperty(context, field, locals.inner),
  ];
}

function mapBody(context: ModuleContext, field: FieldDescriptor, type: MapType, variable: Ident): Code[] {
  const args = [locals.inner, keyToJson(context, type.key), elementToJson(context, type.value, locals.item)];
  return [
    code`const inner: ${context.imports.runtime("JsonObject")} = {};`,
    code`
      for (const [key, item] of ${call(code`writer.map`, [variable])}) {
        ${call(context.imports.runtime("setMember"), args)};
      }
    `,
    setProperty(context, field, locals.inner),
  ];
}

/** Keys are strings in JSON, whatever they are in the schema. */
function keyToJson(context: ModuleContext, type: ScalarType): Code {
  const plain = elementToJson(context, type, locals.key);
  return /^string$|64$|53$/.test(type.scalar) ? plain : call(code`String`, [plain]);
}

function oneofStatement(context: ModuleContext, slot: OneofSlot, fullName: string): FlatCode {
  return inBody`
    ${oneofSwitch(slot)}
      ${toJsonCases(context, slot.cases, slot.variable, `${fullName}.${slot.member.name}`)}
    }
  `;
}

/** The clauses of a switch over the cases that `holder` may hold. */
export function toJsonCases(context: ModuleContext, cases: readonly CaseSlot[], holder: Ident, name: string): FlatCode {
  const last = lastClauses(context, holder, name);
  const known = gathered(context, cases, {
    part: part.toJsonCase,
    depth: 2,
    make: (slot) => toJsonCase(context, slot),
  });
  return known === "" ? last : words`${known}${lineBreak(2)}${last}`;
}

function toJsonCase(context: ModuleContext, { field, holder }: CaseSlot): Code {
  const type = field.type as ElementType;
  const value = code`${holder}.value`;
  return code`
    case ${stringLiteral(field.name)}:
      ${setProperty(context, field, elementToJson(context, type, value))}
      break;
  `;
}
