import type { SchemaSource } from "@rpcgen/runtime/codegen";
import type { MethodType, ServiceType } from "../call/method-type.ts";
import type { FileDescriptor } from "../descriptor/descriptor.ts";
import {
  type MethodInfoInit,
  NotDescribed,
  type ReflectionHandlers,
  type ServiceInfoInit,
} from "./gen/reflection.rpc.ts";

/** Settings of {@link createReflection}. */
export interface ReflectionOptions {
  /** Whose services are told of: those that it has when it is asked. */
  readonly server: { readonly services: readonly ServiceType[] };
  /**
   * What generated modules export for it: `[shopSchema, commonSchema]`. A file is told of when it holds a service of the server, or when such a file needs it.
   * Default: none, only the names of services, methods and types are known.
   */
  readonly schemas?: readonly SchemaSource[] | undefined;
}

/**
 * Makes the handlers of the service that tells of the others, for tools that know a server's address and not its schemas. Who may call it is decided as for any
 * service: by `authorize` and `publicMethods`.
 *
 * ```ts
 * server.add(Reflection, createReflection({ server, schemas: [shopSchema] }));
 * ```
 */
export function createReflection({ server, schemas = [] }: ReflectionOptions): ReflectionHandlers {
  let parsed: readonly FileDescriptor[] | undefined;
  const texts = new Map<string, readonly string[]>();

  /** Parsed when somebody asks for the first time. */
  function files(): readonly FileDescriptor[] {
    return (parsed ??= schemas.map((schema) => schema.descriptor()));
  }

  function fileOf(service: string): FileDescriptor | undefined {
    return files().find(({ declarations }) => declarations.some((each) => isService(each, service)));
  }

  function textsOf(service: string, file: FileDescriptor): readonly string[] {
    const known = texts.get(service);
    if (known !== undefined) return known;
    const made = withImports(file, files()).map((each) => JSON.stringify(each));
    texts.set(service, made);
    return made;
  }

  return {
    list: () => ({ services: server.services.map((each) => describe(each, fileOf(each.name) !== undefined)) }),
    describe({ service }) {
      const isThere = server.services.some(({ name }) => name === service);
      const file = isThere ? fileOf(service) : undefined;
      if (file === undefined) throw new NotDescribed({ service });
      return { files: [...textsOf(service, file)] };
    },
  };
}

function isService(declaration: FileDescriptor["declarations"][number], name: string): boolean {
  return declaration.kind === "service" && declaration.fullName === name;
}

/** The file, then what it imports or exports again, directly or not, as far as it is there. */
function withImports(file: FileDescriptor, all: readonly FileDescriptor[]): readonly FileDescriptor[] {
  const found = new Set([file]);
  // The set grows while it is walked.
  for (const { imports, reexports } of found) {
    for (const path of [...imports, ...reexports.map((each) => each.path)]) {
      const next = all.find((each) => each.path === path);
      if (next !== undefined) found.add(next);
    }
  }
  return [...found];
}

function describe({ name, methods }: ServiceType, described: boolean): ServiceInfoInit {
  return { name, described, methods: methods.map(describeMethod) };
}

function describeMethod({ path, kind, oneway, request, response }: MethodType): MethodInfoInit {
  return { path, kind, oneway, request: request.typeName, response: response.typeName };
}
