import type {
  MethodDescriptor,
  Reference,
  SchemaDescriptor,
  ServiceDescriptor,
  Type,
} from "@rpcgen/runtime/descriptor";
import { code, type Code, type Piece } from "../code.ts";
import { docComment } from "../jsdoc.ts";
import { array, entry, generic, object, pureCall, sections, typedConstant } from "../layout.ts";
import { booleanLiteral, numberLiteral, stringLiteral } from "../literal.ts";
import type { ModuleContext } from "../module-context.ts";
import type { MethodNames, ServiceNames } from "../names.ts";
import { messageNamesOf, typeExpression, valueName } from "../type-expression.ts";
import { dataExpression } from "./data-expression.ts";

/** The values of a service: one per method, and the service itself. Stands below the messages that it names. */
export function serviceValues(context: ModuleContext, service: ServiceDescriptor, names: ServiceNames): Code {
  return sections(
    ...service.methods.map((method) => methodValue(context, service, method, names)),
    serviceValue(context, service, names),
  );
}

function serviceValue(context: ModuleContext, service: ServiceDescriptor, names: ServiceNames): Code {
  const constants = service.methods.map((method) => (names.methods.get(method.name) as MethodNames).constant);
  const client = context.emits("client");
  const type = generic(context.imports.runtime("ServiceType"), [
    client ? names.client : code`unknown`,
    context.emits("server") ? names.handlers : code`unknown`,
  ]);
  const parts = object([
    entry(code`name`, stringLiteral(service.fullName)),
    entry(code`methods`, array(constants)),
    entry(code`stub`, client ? names.stub : pureCall(context.imports.runtime("leftOut"), [stringLiteral("client")])),
  ]);
  const value = pureCall(context.imports.runtime("serviceType"), [parts]);
  const { doc, deprecated, unstable } = service;
  return code`
    ${docComment({ doc, deprecated, unstable })}
    ${typedConstant(code`export const ${names.type}`, type, value)};
  `;
}

function methodValue(
  context: ModuleContext,
  service: ServiceDescriptor,
  method: MethodDescriptor,
  names: ServiceNames,
): Code {
  const { constant, member } = names.methods.get(method.name) as MethodNames;
  const type = generic(context.imports.runtime("MethodType"), [
    typeOf(context, method.request, "value"),
    typeOf(context, method.request, "init"),
    typeOf(context, method.response, "value"),
    typeOf(context, method.response, "init"),
  ]);
  const parts = object([
    entry(code`kind`, stringLiteral(method.kind)),
    entry(code`name`, stringLiteral(method.name)),
    entry(code`member`, stringLiteral(member)),
    entry(code`service`, stringLiteral(service.fullName)),
    entry(code`path`, stringLiteral(method.path)),
    entry(code`id`, numberLiteral(method.id)),
    entry(code`oneway`, booleanLiteral(method.oneway)),
    entry(code`idempotency`, stringLiteral(method.idempotency)),
    messageEntry(context, code`request`, method.request),
    messageEntry(context, code`response`, method.response),
    errorsEntry(context, method.errors),
    entry(code`policy`, dataExpression(method.policy)),
  ]);
  const maker = method.kind === "unary" ? "methodType" : "streamMethodType";
  const value = pureCall(context.imports.runtime(maker), [parts]);
  return code`
    ${docComment({ notes: [`Method \`${method.name}\` of {@link ${names.type}}.`], deprecated: method.deprecated })}
    ${typedConstant(code`export const ${constant}`, type, value)};
  `;
}

function typeOf(context: ModuleContext, type: Type, use: "value" | "init"): Code {
  return isReference(type) ? typeExpression(context, type, use) : code`void`;
}

function messageEntry(context: ModuleContext, name: Code, type: Type): Code {
  if (!isReference(type)) return entry(name, context.imports.runtime("emptyType"));
  const value = valueName(context, type.file, messageNamesOf(context, type).type);
  return mayComeLater(context, [type]) ? getter(name, value) : entry(name, value);
}

function errorsEntry(context: ModuleContext, errors: readonly Reference[]): Code {
  const classes = errors.map((error) =>
    valueName(context, error.file, context.names.file(error.file).error(error.name).type),
  );
  const list = array(classes);
  return mayComeLater(context, errors) ? getter(code`errors`, list) : entry(code`errors`, list);
}

function getter(name: Code, value: Piece): Code {
  return code`
    get ${name}() {
      return ${value};
    }
  `;
}

function isReference(type: Type): type is Reference {
  return type.kind === "message" || type.kind === "union" || type.kind === "error";
}

/**
 * True when a reference leads to a file that leads back here: such modules may be evaluated in either order, so that the
 * value may not exist yet when this module is evaluated.
 */
function mayComeLater(context: ModuleContext, references: readonly Reference[]): boolean {
  return references.some(
    (reference) => !context.isOwn(reference) && leadsTo(context.schema, reference.file, context.file.path),
  );
}

function leadsTo(schema: SchemaDescriptor, from: string, to: string): boolean {
  const files = new Map(schema.files.map((file) => [file.path, file]));
  const reached = new Set([from]);
  for (const path of reached) {
    const file = files.get(path);
    for (const next of [...(file?.imports ?? []), ...(file?.reexports ?? []).map((reexport) => reexport.path)]) {
      if (next === to) return true;
      reached.add(next);
    }
  }
  return false;
}
