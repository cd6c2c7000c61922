import type { CallContext, Items, MethodType, ServiceType } from "../call/method-type.ts";
import type { IncomingCall } from "../connection/connection.ts";
import { RpcError } from "../errors/rpc-error.ts";
import { composeStream, composeUnary } from "../interceptor/compose.ts";
import type { ServerInterceptor, StreamNext, UnaryNext } from "../interceptor/interceptor.ts";
import { onlyItem, streamHandler, unaryHandler } from "./handler-chain.ts";
import { type CallScope, ServerCallState } from "./server-call.ts";
import type { CheckedServerOptions } from "./server-options.ts";
import { createServiceTable, hasRequestItems, type MethodEntry } from "./service-table.ts";

/** Takes calls from connections to handlers and their results back. */
export interface Dispatcher {
  /** @see ServiceTable.add */
  add(service: ServiceType, handlers: object): void;
  /** Serves one call. Never throws. */
  dispatch(incoming: IncomingCall, body: Uint8Array, peer: string): void;
  /** Calls whose handlers have not settled. */
  readonly callsInProgress: number;
}

interface Entry extends MethodEntry {
  readonly unary: UnaryNext | undefined;
  readonly stream: StreamNext | undefined;
}

/** @param interceptors outermost first */
export function createDispatcher(
  options: CheckedServerOptions,
  interceptors: readonly ServerInterceptor[],
): Dispatcher {
  const { environment } = options;
  const { maxTotalCalls } = options.serverLimits;
  const admitting = interceptors.filter((interceptor) => interceptor.admit !== undefined);
  let callsInProgress = 0;

  const table = createServiceTable<Entry>((entry) => ({
    ...entry,
    unary: composeUnary(interceptors, unaryHandler(entry)),
    stream: composeStream(interceptors, streamHandler(entry)),
  }));

  const scope: CallScope = {
    environment,
    settled: () => void callsInProgress--,
    report(error, { method, peer }, answered) {
      const id = errorId(environment.randomBytes(8));
      try {
        options.onError(error, { method: method.path, peer, errorId: answered ? id : undefined });
      } catch {
        // A fault of the hook must not become the outcome of a call.
      }
      return id;
    },
  };

  function dispatch(incoming: IncomingCall, body: Uint8Array, peer: string): void {
    const entry = table.find(incoming);
    const refusal = entry instanceof RpcError ? entry : refusalFor(incoming, entry.method);
    if (entry instanceof RpcError || refusal !== undefined) {
      if (!incoming.oneway && refusal !== undefined) incoming.fail({ error: refusal, notStarted: true });
      return incoming.settle();
    }
    callsInProgress++;
    const call = new ServerCallState(entry.method, peer, incoming, scope);
    incoming.receiver = call;
    // Opened first, so that items which arrive while admission waits are kept (bounded by their credits).
    const requests = hasRequestItems(entry.method) ? call.openRequests() : undefined;
    if (admitting.length === 0) run(entry, call, requests, body);
    else admit(entry, call, requests, body);
  }

  /** Why a call is not worth a look at its body. */
  function refusalFor(incoming: IncomingCall, method: MethodType): RpcError | undefined {
    if (incoming.deadlineMs !== Infinity && incoming.deadlineMs <= environment.now()) {
      return new RpcError({
        reason: "deadline_passed",
        message: `The deadline had passed when ${method.path} was to be run.`,
      });
    }
    if (callsInProgress >= maxTotalCalls) {
      return new RpcError({
        reason: "too_many_calls",
        message: `This server runs ${maxTotalCalls} calls, as many as it may.`,
      });
    }
    if (incoming.hasItems !== hasRequestItems(method) || incoming.oneway !== method.oneway) {
      return new RpcError({
        reason: "unknown_method",
        message: `${method.path} is of another kind here: ${method.kind}.`,
      });
    }
    return undefined;
  }

  function admit(entry: Entry, call: ServerCallState, requests: Items<unknown> | undefined, body: Uint8Array): void {
    try {
      const waiting = admissions(admitting, call, 0);
      if (waiting === undefined) return run(entry, call, requests, body);
      const kept = new Uint8Array(body);
      waiting.then(
        () => (call.running ? run(entry, call, requests, kept) : call.settle()),
        (error: unknown) => call.fail(error),
      );
    } catch (error) {
      call.fail(error);
    }
  }

  return {
    add: (service, handlers) => table.add(service, handlers),
    dispatch,
    get callsInProgress() {
      return callsInProgress;
    },
  };
}

/** Runs the hooks from `index` on; a promise only when one of them needs it. */
function admissions(
  interceptors: readonly ServerInterceptor[],
  call: CallContext,
  index: number,
): Promise<void> | undefined {
  for (let at = index; at < interceptors.length; at++) {
    const waiting = interceptors[at]?.admit?.(call);
    if (waiting instanceof Promise) return waiting.then(() => admissions(interceptors, call, at + 1));
  }
  return undefined;
}

/** Decodes, checks and runs a call that was let in. Promises are made only where handlers make them. */
function run(entry: Entry, call: ServerCallState, requests: Items<unknown> | undefined, body: Uint8Array): void {
  let request: unknown;
  try {
    request = requests ?? call.read(body);
  } catch (error) {
    call.refuse(RpcError.from(error));
    return call.settle();
  }
  try {
    settleWith(call, start(entry, call, request));
  } catch (error) {
    call.fail(error);
  }
}

function start(entry: Entry, call: ServerCallState, request: unknown): unknown {
  const { method } = entry;
  if (method.kind === "unary")
    return entry.unary === undefined ? entry.handle(request, call) : entry.unary(call, request);
  if (entry.stream === undefined) return entry.handle(request, call);
  const items = entry.stream(call, method.kind === "server_stream" ? [request] : (request as Items<unknown>));
  return method.kind === "client_stream" ? onlyItem(method, items) : items;
}

function settleWith(call: ServerCallState, result: unknown): void {
  const { kind } = call.method;
  const settle = (value: unknown): void =>
    kind === "unary" || kind === "client_stream" ? call.reply(value) : call.replyItems(value as Items<unknown>);
  if (isThenable(result)) result.then(settle, (error: unknown) => call.fail(error));
  else settle(result);
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}

function errorId(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
