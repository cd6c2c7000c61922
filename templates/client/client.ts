import type { MethodDescriptor, ServiceDescriptor } from "@rpcgen/runtime/descriptor";
import { code, type Code } from "../code.ts";
import { docComment } from "../jsdoc.ts";
import { arrow, call, concat, generic, group, indent, object, signature, spaceLine, unionArgument } from "../layout.ts";
import type { ModuleContext } from "../module-context.ts";
import type { MethodNames, ServiceNames } from "../names.ts";
import { ident, locals } from "../naming.ts";
import { typeExpression, typeName } from "../type-expression.ts";

const { request, requests, options, invoker } = locals;

/** `UsersClient`: the service as its callers see it. Easy to fake in tests. */
export function clientInterface(context: ModuleContext, service: ServiceDescriptor, names: ServiceNames): Code {
  const base = context.imports.runtime("ServiceClient");
  const members = service.methods.map(
    (method) => code`
      ${docComment(method)}
      ${clientSignature(context, method, names.methods.get(method.name) as MethodNames)};
    `,
  );
  const head = group(code`export interface ${names.client}`, indent(spaceLine, code`extends ${base}`));
  const comment = docComment({ notes: [`How to call {@link ${names.type}}.`] });
  if (members.length === 0) {
    return code`
      ${comment}
      ${head} {}
    `;
  }
  return code`
    ${comment}
    ${head} {
      ${members}
    }
  `;
}

function clientSignature(context: ModuleContext, method: MethodDescriptor, names: MethodNames): Code {
  const parameters = [
    ...requestParameter(context, method),
    code`${options}?: ${context.imports.runtime("CallOptions")}`,
  ];
  return signature(names.member, parameters, clientResult(context, method));
}

function requestParameter(context: ModuleContext, method: MethodDescriptor): Code[] {
  if (isVoid(method.request)) return [];
  const type = typeExpression(context, method.request, "init");
  if (!takesStream(method)) return [code`${request}: ${type}`];
  return [code`${requests}: ${generic(context.imports.runtime("Items"), [type])}`];
}

function clientResult(context: ModuleContext, method: MethodDescriptor): Code {
  if (method.oneway) return code`Promise<void>`;
  const type = isVoid(method.response) ? code`void` : typeExpression(context, method.response, "value");
  const streams = method.kind === "server_stream" || method.kind === "bidi_stream";
  const errors = method.errors.map((error) =>
    typeName(context, error.file, context.names.file(error.file).error(error.name).type),
  );
  const args = errors.length === 0 ? [type] : [type, unionArgument(errors)];
  return generic(context.imports.runtime(streams ? "ItemStream" : "Call"), args);
}

function isVoid(type: MethodDescriptor["request"]): boolean {
  return type.kind === "builtin" && type.name === "void";
}

function takesStream(method: MethodDescriptor): boolean {
  return method.kind === "client_stream" || method.kind === "bidi_stream";
}

/** `usersStub`: the methods of a client as calls of an invoker. */
export function stubFunction(context: ModuleContext, service: ServiceDescriptor, names: ServiceNames): Code {
  const members = service.methods.map((method) => stubMember(method, names.methods.get(method.name) as MethodNames));
  const result = generic(context.imports.runtime("Stub"), [names.client]);
  const parameter = code`${members.length === 0 ? code`_` : undefined}${invoker}: ${context.imports.runtime("Invoker")}`;
  return code`
    function ${signature(names.stub, [parameter], result)} {
      return ${object(members)};
    }
  `;
}

function stubMember(method: MethodDescriptor, names: MethodNames): Code {
  const argument = takesStream(method) ? requests : request;
  const parameters = isVoid(method.request) ? [options] : [argument, options];
  const args = isVoid(method.request) ? [code`undefined`, options] : [argument, options];
  const target = concat(invoker, code`.`, ident(invokerMember(method)));
  return code`${names.member}: ${arrow(parameters, call(target, [names.constant, ...args]))}`;
}

function invokerMember(method: MethodDescriptor): string {
  if (method.oneway) return "oneway";
  switch (method.kind) {
    case "unary":
      return "unary";
    case "server_stream":
      return "serverStream";
    case "client_stream":
      return "clientStream";
    case "bidi_stream":
      return "bidiStream";
  }
}
