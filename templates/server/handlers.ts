import type { MethodDescriptor, ServiceDescriptor } from "@rpcgen/runtime/descriptor";
import { code, type Code } from "../code.ts";
import { docComment } from "../jsdoc.ts";
import { generic, signature } from "../layout.ts";
import type { ModuleContext } from "../module-context.ts";
import type { MethodNames, ServiceNames } from "../names.ts";
import { locals } from "../naming.ts";
import { typeExpression } from "../type-expression.ts";

/** `UsersHandlers`: the service as its implementer sees it. */
export function handlersInterface(context: ModuleContext, service: ServiceDescriptor, names: ServiceNames): Code {
  const members = service.methods.map(
    (method) => code`
      ${docComment(method)}
      ${handlerSignature(context, method, (names.methods.get(method.name) as MethodNames).member)};
    `,
  );
  return code`
    ${docComment({ notes: [`What implements {@link ${names.type}}: one function per method.`] })}
    export interface ${names.handlers} ${members.length === 0 ? code`{}` : code`{`}
      ${members}
    ${members.length === 0 ? undefined : code`}`}
  `;
}

function handlerSignature(
  context: ModuleContext,
  method: MethodDescriptor,
  member: Code | MethodNames["member"],
): Code {
  const parameters = [
    ...requestParameter(context, method),
    code`${locals.context}: ${context.imports.runtime("CallContext")}`,
  ];
  return signature(member, parameters, handlerResult(context, method));
}

function requestParameter(context: ModuleContext, method: MethodDescriptor): Code[] {
  if (isVoid(method.request)) return [];
  const type = typeExpression(context, method.request, "value");
  if (method.kind === "unary" || method.kind === "server_stream") return [code`${locals.request}: ${type}`];
  return [code`${locals.requests}: AsyncIterable<${type}>`];
}

function handlerResult(context: ModuleContext, method: MethodDescriptor): Code {
  const type = isVoid(method.response) ? code`void` : typeExpression(context, method.response, "init");
  const streams = method.kind === "server_stream" || method.kind === "bidi_stream";
  return generic(context.imports.runtime(streams ? "Items" : "MaybePromise"), [type]);
}

function isVoid(type: MethodDescriptor["request"]): boolean {
  return type.kind === "builtin" && type.name === "void";
}
