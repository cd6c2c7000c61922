import type { FileDescriptor, MethodDescriptor, SchemaDescriptor, ServiceDescriptor } from "@rpcgen/runtime/descriptor";
import { code, type Code } from "../code.ts";
import { docComment } from "../jsdoc.ts";
import { assign, call, lines, object, sections, specifiers } from "../layout.ts";
import { stringLiteral } from "../literal.ts";
import type { MethodNames } from "../names.ts";
import { handlerConstant, ident, locals, namesOf } from "../naming.ts";
import { print } from "../print.ts";

/** What a scaffold is written for. */
export interface ScaffoldInput {
  readonly schema: SchemaDescriptor;
  readonly file: FileDescriptor;
  readonly service: ServiceDescriptor;
  /** How the user's file imports the generated module: `./gen/users.rpc.js`. */
  readonly module: string;
}

/** The first version of a user's own file: every handler there, each refusing calls until it is written. */
export function scaffoldHandlers({ schema, file, service, module }: ScaffoldInput): string {
  const names = namesOf(schema).file(file.path).service(service.name);
  const methods = service.methods.map((method) => handler(method, names.methods.get(method.name) as MethodNames));
  const handlers =
    methods.length === 0
      ? object([])
      : code`
    {
      ${sections(...methods)}
    }
  `;
  const errors = specifiers([ident("Code"), ident("RpcError")]);
  const text = print(
    sections(
      lines(
        methods.length === 0 ? code`` : code`import ${errors} from ${stringLiteral("@rpcgen/runtime")};`,
        code`import type ${specifiers([names.handlers])} from ${stringLiteral(module)};`,
      ),
      code`
        ${docComment({ notes: [`Implements ${service.name}.`] })}
        ${assign(code`export const ${handlerConstant(service)}: ${names.handlers}`, handlers)};
      `,
    ),
  );
  return `${text}\n`;
}

function handler(method: MethodDescriptor, names: MethodNames): Code {
  const { doc, deprecated } = method;
  const streams = method.kind === "server_stream" || method.kind === "bidi_stream";
  const refusal = call(code`new RpcError`, [
    object([code`code: Code.unimplemented`, code`message: ${stringLiteral(`${method.name} is not implemented yet`)}`]),
  ]);
  return code`
    ${docComment({ doc, deprecated })}
    async ${streams ? code`*` : undefined}${names.member}(${parametersOf(method)}) {
      throw ${refusal};
    },
  `;
}

function parametersOf(method: MethodDescriptor): Code {
  if (method.request.kind === "builtin") return code`${locals.context}`;
  const takesStream = method.kind === "client_stream" || method.kind === "bidi_stream";
  return code`${takesStream ? locals.requests : locals.request}, ${locals.context}`;
}
