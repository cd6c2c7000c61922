import type { CallContext, MethodType, ServiceType } from "../call/method-type.ts";
import { RpcError } from "../errors/rpc-error.ts";
import type { IncomingCall } from "../connection/connection.ts";

/** A method with the function that serves it. */
export interface MethodEntry {
  readonly method: MethodType;
  /** Calls the handler. `request` is a message, or the items of a client or bidirectional stream. */
  readonly handle: (request: unknown, context: CallContext) => unknown;
}

/** The methods of a server, found by number or path. A `Map`, so that no name from the wire can reach a prototype. */
export interface ServiceTable<Entry extends MethodEntry> {
  /** @throws TypeError when the service is there already, a handler is missing, or a number is taken */
  add(service: ServiceType, handlers: object): void;
  /** True for the name of a service or the path of a method. */
  knows(name: string): boolean;
  /** The entry for a call, or the error to answer. */
  find(call: IncomingCall): Entry | RpcError;
}

type AnyHandler = (...parameters: unknown[]) => unknown;

/** Requests of this type are not passed to handlers: `ping(context)`. */
const voidTypeName = "google.protobuf.Empty";

/** @param prepare completes an entry, once per method */
export function createServiceTable<Entry extends MethodEntry>(
  prepare: (entry: MethodEntry) => Entry,
): ServiceTable<Entry> {
  const byId = new Map<number, Entry>();
  const byPath = new Map<string, Entry>();
  const services = new Set<string>();

  function addMethod(method: MethodType, handlers: object): void {
    const taken = byId.get(method.id);
    if (taken !== undefined) {
      throw new TypeError(
        `${method.path} and ${taken.method.path} have the same number on the wire; rename one of them.`,
      );
    }
    const entry = prepare({ method, handle: bindHandler(method, handlers) });
    byId.set(method.id, entry);
    byPath.set(method.path, entry);
  }

  return {
    add(service, handlers) {
      if (services.has(service.name)) throw new TypeError(`The service ${service.name} was added already.`);
      checkHandlers(service, handlers);
      services.add(service.name);
      for (const method of service.methods) addMethod(method, handlers);
    },
    knows: (name) => services.has(name) || byPath.has(name),
    find({ methodId, methodPath }) {
      const found = methodPath === undefined ? byId.get(methodId) : byPath.get(methodPath);
      return found ?? unknownMethod(methodId, methodPath, services);
    },
  };
}

function bindHandler(method: MethodType, handlers: object): MethodEntry["handle"] {
  const members = handlers as Readonly<Record<string, AnyHandler>>;
  const { member } = method;
  const takesNothing = method.request.typeName === voidTypeName && !hasRequestItems(method);
  // Looked up at each call, with its object as `this`: handlers may be a class instance or be replaced by a test.
  if (takesNothing) return (_request, context) => (members[member] as AnyHandler).call(handlers, context);
  return (request, context) => (members[member] as AnyHandler).call(handlers, request, context);
}

/** True when the client sends items. */
export function hasRequestItems(method: MethodType): boolean {
  return method.kind === "client_stream" || method.kind === "bidi_stream";
}

function checkHandlers(service: ServiceType, handlers: object): void {
  if (typeof handlers !== "object" || handlers === null) {
    throw new TypeError(`The handlers of ${service.name} must be an object with a function for each method.`);
  }
  const members = handlers as Readonly<Record<string, unknown>>;
  const missing = service.methods.filter((method) => typeof members[method.member] !== "function");
  if (missing.length === 0) return;
  const known = new Set(service.methods.map((method) => method.member));
  const strangers = Object.keys(handlers).filter((name) => !known.has(name) && typeof members[name] === "function");
  const names = missing.map((method) => `"${method.member}"`).join(", ");
  const hint =
    strangers.length === 0
      ? ""
      : ` It has ${strangers.map((name) => `"${name}"`).join(", ")} instead, which is no method.`;
  throw new TypeError(`The handlers of ${service.name} lack ${names}.${hint}`);
}

function unknownMethod(id: number, path: string | undefined, services: ReadonlySet<string>): RpcError {
  const service = path?.slice(1, path.lastIndexOf("/"));
  if (service !== undefined && !services.has(service)) {
    return new RpcError({ reason: "unknown_service", message: "This server does not have the service." });
  }
  const message =
    path === undefined ? `This server has no method with the number ${id}.` : "The service does not have the method.";
  return new RpcError({ reason: "unknown_method", message });
}
