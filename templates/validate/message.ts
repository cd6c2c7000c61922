import type {
  Constraint,
  ErrorDescriptor,
  FieldDescriptor,
  MessageDescriptor,
  OneofDescriptor,
  Reference,
  Type,
  UnionDescriptor,
} from "@rpcgen/runtime/descriptor";
import { code, type Code, type Ident, type Piece } from "../code.ts";
import { plainDefault } from "../default-value.ts";
import { open, wholeComparison } from "../conditions.ts";
import { array, call, sections, signature } from "../layout.ts";
import { stringLiteral } from "../literal.ts";
import { messageOf, type ModuleContext } from "../module-context.ts";
import type { MessageNames, OneofNames } from "../names.ts";
import { locals } from "../naming.ts";
import { messageNamesOf, valueName } from "../type-expression.ts";
import { isChecked, isCheckedType, typeHasConstraints } from "./checked.ts";
import { checkStatement, constraintStatements, type Subject } from "./constraint.ts";

const { value, violations, item, index, key } = locals;

/** `validateUser`: the broken constraints of a message. Nothing for a message without any. */
export function validateFunctions(
  context: ModuleContext,
  descriptor: MessageDescriptor | ErrorDescriptor,
  names: MessageNames,
): Code {
  if (!isChecked(context, descriptor)) return code``;
  const surroundings = { context, message: code`${value}`, members: names.members, self: undefined };
  return sections(
    validateFunction(context, names.validate, names.init, [
      ...descriptor.members.flatMap((member) => memberStatements(context, member, names)),
      ...descriptor.checks.map((check) => checkStatement(surroundings, check, stringLiteral(""))),
    ]),
    ...descriptor.members
      .filter((member) => member.kind === "oneof")
      .filter((oneof) => isCheckedOneof(context, oneof))
      .map((oneof) => validateOneof(context, oneof.cases, names.oneofs.get(oneof.name) as OneofNames)),
  );
}

/** `validateShape` of a union. */
export function validateUnionFunction(context: ModuleContext, union: UnionDescriptor, names: MessageNames): Code {
  return isChecked(context, union) ? validateOneof(context, union.cases, names) : code``;
}

function validateFunction(context: ModuleContext, name: Ident, type: Ident, statements: readonly Code[]): Code {
  const violation = context.imports.runtime("Violation");
  return code`
    function ${signature(name, [code`${value}: ${type}`], code`${violation}[]`)} {
      const ${violations}: ${violation}[] = [];
      ${statements}
      return ${violations};
    }
  `;
}

function isCheckedOneof(context: ModuleContext, oneof: OneofDescriptor): boolean {
  return oneof.cases.some((field) => isCheckedField(context, field));
}

function isCheckedField(context: ModuleContext, field: FieldDescriptor): boolean {
  return field.constraints.length > 0 || typeHasConstraints(field.type) || isCheckedElement(context, field.type);
}

function isCheckedElement(context: ModuleContext, type: Type): boolean {
  if (type.kind === "list") return isCheckedType(context, type.element);
  return isCheckedType(context, type.kind === "map" ? type.value : type);
}

function memberStatements(
  context: ModuleContext,
  member: FieldDescriptor | OneofDescriptor,
  names: MessageNames,
): Code[] {
  const given = code`${value}.${names.members.get(member.name)}`;
  const path = stringLiteral(member.name);
  const present = member.required
    ? [code`${call(context.imports.runtime("checkPresent"), [violations, path, given])};`]
    : [];
  if (member.kind === "oneof") return [...present, ...oneofStatements(context, member, given, path, names)];
  if (!isCheckedField(context, member)) return present;
  return [...present, ...checksOfField(context, member, given, path), ...hidden(context, member, path)];
}

/** What is found at a sensitive field tells nothing of its value. */
function hidden(context: ModuleContext, { sensitive }: FieldDescriptor, path: Piece): Code[] {
  return sensitive ? [code`${call(context.imports.runtime("hideValues"), [violations, path])};`] : [];
}

function checksOfField(context: ModuleContext, member: FieldDescriptor, given: Code, path: Piece): Code[] {
  if (member.type.kind === "list" || member.type.kind === "map") {
    return collectionStatements(context, member, { value: given, path, type: member.type });
  }
  const optional = member.optional || member.required || mustBeGiven(context, member.type);
  const subject = { value: optional ? given : withDefault(context, member, given), path, type: member.type };
  const statements = fieldStatements(context, member, subject);
  return optional ? [guarded(given, statements)] : statements;
}

function withDefault(context: ModuleContext, field: FieldDescriptor, given: Code): Code {
  if (field.type.kind === "union") return code`${given} ?? { kind: undefined }`;
  return code`${given} ?? ${plainDefault(context, field) ?? code`{}`}`;
}

function mustBeGiven(context: ModuleContext, type: Type): boolean {
  if (type.kind !== "message" && type.kind !== "error") return false;
  return messageOf(context, type).members.some((member) => member.required);
}

function guarded(given: Code, statements: readonly Code[]): Code {
  return code`
    ${open("if", wholeComparison(given, "!==", code`undefined`))}
      ${statements}
    }
  `;
}

function oneofStatements(
  context: ModuleContext,
  oneof: OneofDescriptor,
  given: Code,
  path: Piece,
  names: MessageNames,
): Code[] {
  if (!isCheckedOneof(context, oneof)) return [];
  const { validate } = names.oneofs.get(oneof.name) as OneofNames;
  const nested = call(context.imports.runtime("addNested"), [violations, path, call(validate, [given])]);
  return [guarded(given, [code`${nested};`])];
}

function fieldStatements(context: ModuleContext, field: FieldDescriptor, subject: Subject): Code[] {
  return [
    ...constraintsOf(field).flatMap((constraint) => constraintStatements(context, constraint, subject)),
    ...innerStatements(context, field.type, subject),
  ];
}

/** A list or map: the checks of the whole take nothing for an empty one, the rest needs it to be there. */
function collectionStatements(context: ModuleContext, field: FieldDescriptor, subject: Subject): Code[] {
  const inner = innerStatements(context, field.type, subject);
  return [
    ...constraintsOf(field).flatMap((constraint) => constraintStatements(context, constraint, subject)),
    ...(inner.length === 0 ? [] : [guarded(subject.value, inner)]),
  ];
}

function constraintsOf(field: FieldDescriptor): Constraint[] {
  return [...(field.type.constraints ?? []), ...field.constraints];
}

/** Checks inside a value: of a message, of the items of a list, of the entries of a map. */
function innerStatements(context: ModuleContext, type: Type, subject: Subject): Code[] {
  if (type.kind === "list") return listStatements(context, type.element, subject);
  if (type.kind === "map") return mapStatements(context, type.key, type.value, subject);
  if (!isCheckedType(context, type)) return [];
  const nested = call(validateOf(context, type as Reference), [subject.value]);
  return [code`${call(context.imports.runtime("addNested"), [violations, subject.path, nested])};`];
}

function elementStatements(context: ModuleContext, subject: Subject): Code[] {
  const constraints = subject.type.constraints ?? [];
  return [
    ...constraints.flatMap((constraint) => constraintStatements(context, constraint, subject)),
    ...innerStatements(context, subject.type, subject),
  ];
}

function listStatements(context: ModuleContext, element: Type, list: Subject): Code[] {
  const path = code`\`${pathText(list.path)}[\${${index}}]\``;
  const statements = elementStatements(context, { value: code`${item}`, path, type: element });
  if (statements.length === 0) return [];
  return [
    code`
      for (const ${array([index, item])} of ${list.value}.entries()) {
        ${statements}
      }
    `,
  ];
}

function mapStatements(context: ModuleContext, keyType: Type, valueType: Type, map: Subject): Code[] {
  const path = code`\`${pathText(map.path)}[\${JSON.stringify(String(${key}))}]\``;
  const statements = [
    ...elementStatements(context, { value: code`${key}`, path, type: keyType }),
    ...elementStatements(context, { value: code`${item}`, path, type: valueType }),
  ];
  if (statements.length === 0) return [];
  return [
    code`
      for (const ${array([key, item])} of ${map.value}) {
        ${statements}
      }
    `,
  ];
}

/** The path of a list or map is always the literal of a field name. */
function pathText(path: Piece): Piece {
  return String(path).slice(1, -1) as Ident;
}

/** `validatePoint` of this module, `Point.validate` of another. */
function validateOf(context: ModuleContext, reference: Reference): Code {
  const names = messageNamesOf(context, reference);
  if (context.isOwn(reference)) return code`${names.validate}`;
  return code`${valueName(context, reference.file, names.type)}.validate`;
}

function validateOneof(
  context: ModuleContext,
  cases: readonly FieldDescriptor[],
  names: Pick<OneofNames, "init" | "validate">,
): Code {
  const checked = cases.filter((field) => isCheckedField(context, field));
  return validateFunction(context, names.validate, names.init, [
    code`
      switch (${value}.kind) {
        ${checked.map((field) => caseClause(context, field))}
      }
    `,
  ]);
}

function caseClause(context: ModuleContext, field: FieldDescriptor): Code {
  const path = stringLiteral(field.name);
  const subject = { value: code`${value}.value`, path, type: field.type };
  return code`
    case ${stringLiteral(field.name)}:
      ${[...fieldStatements(context, field, subject), ...hidden(context, field, path)]}
      break;
  `;
}
