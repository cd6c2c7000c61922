import type { FieldDescriptor, ListType, MapType, OneofDescriptor, ScalarType } from "@rpcgen/runtime/descriptor";
import { code, type Code, type Ident } from "../code.ts";
import { plainZero } from "../default-value.ts";
import type { ElementType } from "../element-type.ts";
import { fragmentsOf, remembered } from "../fragments.ts";
import { assign, call, lines, open, operands } from "../layout.ts";
import { objectMembers } from "../reserved.ts";
import { stringLiteral } from "../literal.ts";
import type { ModuleContext } from "../module-context.ts";
import { ident, locals } from "../naming.ts";
import type { Slot } from "../slots.ts";
import { elementToJson } from "./element.ts";

/** The statements that fill `json` with every member, in schema order. */
export function toJsonStatements(context: ModuleContext, slots: readonly Slot[], fullName: string): Code[] {
  return slots.map((slot) =>
    slot.member.kind === "field"
      ? remembered(slot.fragments, "to json", 1, () => fieldStatement(context, slot, slot.member as FieldDescriptor))
      : oneofStatement(context, slot, slot.member, `${fullName}.${slot.member.name}`),
  );
}

function fieldStatement(context: ModuleContext, slot: Slot, field: FieldDescriptor): Code {
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

function setProperty(context: ModuleContext, field: FieldDescriptor, value: Code | Ident): Code {
  const name = field.jsonName;
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

function oneofStatement(context: ModuleContext, slot: Slot, oneof: OneofDescriptor, name: string): Code {
  const { variable, property } = slot;
  return code`
    ${assign(code`const ${variable}`, code`value.${property}`)};
    ${open("switch", code`${variable}?.kind`)}
      ${toJsonCases(context, oneof.cases, variable, name)}
    }
  `;
}

/** The clauses of a switch over the cases that `holder` may hold. */
export function toJsonCases(
  context: ModuleContext,
  cases: readonly FieldDescriptor[],
  holder: Ident,
  name: string,
): Code {
  return code`
    ${cases.map((field) => toJsonCase(context, field, holder))}
    case undefined:
      break;
    default:
      throw ${call(context.imports.runtime("notAMember"), [stringLiteral(name), holder])};
  `;
}

function toJsonCase(context: ModuleContext, field: FieldDescriptor, holder: Ident): Code {
  const fragments = fragmentsOf(context.fragments, { field, property: "", variable: holder });
  return remembered(fragments, "to json case", 2, () => createToJsonCase(context, field, holder));
}

function createToJsonCase(context: ModuleContext, field: FieldDescriptor, holder: Ident): Code {
  const type = field.type as ElementType;
  const statement = setProperty(context, field, elementToJson(context, type, locals.item));
  if (type.kind === "builtin" && type.name === "void") {
    return code`
      case ${stringLiteral(field.name)}:
        ${statement}
        break;
    `;
  }
  return code`
    case ${stringLiteral(field.name)}: {
      const item = ${holder}.value;
      ${statement}
      break;
    }
  `;
}
