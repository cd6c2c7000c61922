import type { CallContext, Items, MethodType, ServiceType } from "../call/method-type.ts";
import type { IncomingCall } from "../connection/connection.ts";
import type { Reason } from "../errors/reason.ts";
import { RpcError } from "../errors/rpc-error.ts";
import { composeStream, composeUnary } from "../interceptor/compose.ts";
import type { HookClock } from "../interceptor/hook-clock.ts";
import type { ServerInterceptor, StreamNext, UnaryNext } from "../interceptor/interceptor.ts";
import { HandlerItems, onlyItem, streamHandler, unaryHandler } from "./handler-chain.ts";
import { type CallScope, ServerCallState } from "./server-call.ts";
import { stranger } from "./authentication.ts";
import type { Session } from "./session.ts";
import type { CheckedServerOptions } from "./server-options.ts";
import { createServiceTable, hasRequestItems, type MethodEntry } from "./service-table.ts";
import { createDrops } from "./drops.ts";
import { isThenable } from "./thenable.ts";

/** Takes calls from connections to handlers and their results back. */
export interface Dispatcher {
  /** @see ServiceTable.add */
  add(service: ServiceType, handlers: object): void;
  /** True for the name of a service or the path of a method that was added. */
  knows(name: string): boolean;
  /** Serves one call. Never throws. */
  dispatch(incoming: IncomingCall, body: Uint8Array, session: Session): void;
  /** Takes note of a one-way call that its connection turned away. Never throws. */
  drop(incoming: IncomingCall, error: RpcError, session: Session): void;
  /** Hands an error to the server's owner. @param where a path, or the name of a hook. @returns the id under which it was reported */
  report(error: unknown, where: string, peer: string): string;
  /** Calls whose handlers have not settled. */
  readonly callsInProgress: number;
  /** Each method, in the order in which they were added. */
  load(): readonly MethodLoad[];
}

/** What a method of a server has to do. */
export interface MethodLoad {
  /** `/package.Service/Method`. */
  readonly method: string;
  /** Calls whose handlers have not settled. */
  readonly inProgress: number;
  /** Calls that were taken on since the server was made, those in progress among them. */
  readonly started: number;
  /** One-way calls that no handler saw, because of a limit, a deadline, a rule or their form: their callers do not know. */
  readonly dropped: number;
}

interface Entry extends MethodEntry {
  readonly load: { -readonly [Name in keyof MethodLoad]: MethodLoad[Name] };
  readonly unary: UnaryNext | undefined;
  readonly stream: StreamNext | undefined;
}

/** @param interceptors outermost first */
export function createDispatcher(
  options: CheckedServerOptions,
  interceptors: readonly ServerInterceptor[],
  clock: HookClock,
): Dispatcher {
  const { configuration, environment, gate, compression } = options;
  const { maxTotalCalls } = options.serverLimits;
  const admitting = interceptors.filter((interceptor) => interceptor.admit !== undefined);
  const settling = interceptors.filter((interceptor) => interceptor.settled !== undefined);
  /** Somebody asks when calls began; the clock is not free. */
  const isTimed = admitting.length + settling.length > 0;
  let callsInProgress = 0;
  /** When the call before came to its end, if nothing has run since but the runtime: then the next one begins. Otherwise `NaN`. */
  let lullMs = Number.NaN;
  let isTurnWatched = false;

  function endTurn(): void {
    isTurnWatched = false;
    lullMs = Number.NaN;
  }

  function beginLull(nowMs: number): void {
    lullMs = nowMs;
    if (isTurnWatched) return;
    isTurnWatched = true;
    environment.defer(endTurn);
  }

  /** Requests that came in one piece are handed over one after the other: one reading serves the end of a call and the beginning of the next. */
  function takeTime(): number {
    const nowMs = Number.isNaN(lullMs) ? environment.now() : lullMs;
    lullMs = Number.NaN;
    return nowMs;
  }

  /** By number: the method of a call may be a copy with another policy. */
  const loads = new Map<number, Entry["load"]>();

  const table = createServiceTable<Entry>((entry) => {
    const load = { method: entry.method.path, inProgress: 0, started: 0, dropped: 0 };
    loads.set(entry.method.id, load);
    return {
      ...entry,
      load,
      unary: composeUnary(interceptors, unaryHandler(entry)),
      stream: composeStream(interceptors, streamHandler(entry)),
    };
  });

  const scope: CallScope = {
    environment,
    compression,
    maxMessageBytes: options.limits.maxMessageBytes,
    settled,
    report: (error, { method, peer }, answered) => report(error, method.path, peer, answered),
  };

  const drops = createDrops({
    environment,
    interceptors,
    report: (error, where, peer) => void report(error, where, peer, false),
  });

  function settled(call: ServerCallState): void {
    callsInProgress--;
    const load = loads.get(call.method.id);
    if (load !== undefined) load.inProgress--;
    if (settling.length === 0) return;
    clock.hold();
    for (let at = 0; at < settling.length; at++) tell(settling[at], call);
    beginLull(clock.release());
  }

  function report(error: unknown, method: string, peer: string, answered = true): string {
    const id = errorId(environment.randomBytes(8));
    try {
      options.onError(error, { method, peer, errorId: answered ? id : undefined });
    } catch {
      // A fault of the hook must not become the outcome of a call.
    }
    return id;
  }

  function dispatch(incoming: IncomingCall, body: Uint8Array, session: Session): void {
    const entry = table.find(incoming);
    const refusal = entry instanceof RpcError ? entry : refusalFor(incoming, entry.method);
    if (entry instanceof RpcError || refusal !== undefined) {
      return turnAway(incoming, refusal ?? (entry as RpcError), session);
    }
    callsInProgress++;
    entry.load.inProgress++;
    entry.load.started++;
    const method = configuration === undefined ? entry.method : configuration.of(entry.method);
    const call = new ServerCallState(method, session, incoming, scope);
    if (isTimed) call.start(takeTime());
    incoming.receiver = call;
    // Opened first, so that items which arrive while admission waits are kept (bounded by their credits).
    const requests = hasRequestItems(entry.method) ? call.openRequests() : undefined;
    if (gate === undefined && admitting.length === 0) run(entry, call, requests, body);
    else admit(entry, call, requests, body);
  }

  /** Where callers have to be known, others do not even learn which methods there are. */
  function turnAway(incoming: IncomingCall, refusal: RpcError, session: Session): void {
    const { caller } = session;
    if (gate !== undefined && caller.pending !== undefined) {
      void caller.pending.then(() => turnAway(incoming, refusal, session));
      return;
    }
    const hidden = gate !== undefined && caller.principal === undefined;
    const error = hidden ? (caller.failure ?? stranger()) : refusal;
    if (incoming.oneway) drop(incoming, error, session);
    else incoming.fail({ error, notStarted: true });
    incoming.settle();
    if (caller.failure !== undefined) session.onTurnedAway();
  }

  function drop(incoming: IncomingCall, error: RpcError, { address }: Session): void {
    const found = table.find(incoming);
    const entry = found instanceof RpcError ? undefined : found;
    if (entry !== undefined) entry.load.dropped++;
    drops.note(entry?.method, error, address);
  }

  /** Why a call is not worth a look at its body. */
  function refusalFor(incoming: IncomingCall, method: MethodType): RpcError | undefined {
    if (callsInProgress >= maxTotalCalls) return tooManyCalls(maxTotalCalls);
    const isOfKind = incoming.hasItems === hasRequestItems(method) && incoming.oneway === method.oneway;
    return isOfKind ? undefined : otherKind(method);
  }

  function admit(entry: Entry, call: ServerCallState, requests: Items<unknown> | undefined, body: Uint8Array): void {
    try {
      const waiting = passGate(call) ?? admitNow(call);
      if (waiting === undefined) return run(entry, call, requests, body);
      const kept = new Uint8Array(body);
      waiting.then(
        () => (call.running ? run(entry, call, requests, kept) : call.settle()),
        (error: unknown) => deny(entry, call, error),
      );
    } catch (error) {
      deny(entry, call, error);
    }
  }

  /** A promise only when the gate needs it; what comes after the gate is then in it. */
  function passGate(call: ServerCallState): Promise<void> | undefined {
    const waiting = gate?.admit(call, call.session.caller);
    return waiting instanceof Promise ? waiting.then(() => admissions(admitting, call, 0)) : undefined;
  }

  /** The call has begun just now. */
  function admitNow(call: ServerCallState): Promise<void> | undefined {
    clock.hold(call.startedMs);
    try {
      return admissions(admitting, call, 0);
    } finally {
      clock.release();
    }
  }

  function deny(entry: Entry, call: ServerCallState, error: unknown): void {
    if (call.method.oneway) entry.load.dropped++;
    if (RpcError.is(error) && error.origin === "local" && denials.has(error.reason)) call.turnAway(error);
    else call.fail(error);
    if (call.session.caller.failure !== undefined) call.session.onTurnedAway();
  }

  return {
    add(service, handlers) {
      table.add(service, handlers);
      if (configuration !== undefined || service.methods.some(({ policy }) => policy.compress === true))
        compression.allowMarked();
    },
    knows: (name) => table.knows(name),
    dispatch,
    drop,
    report,
    get callsInProgress() {
      return callsInProgress;
    },
    load: () => [...loads.values()].map((load) => ({ ...load })),
  };
}

function tell(interceptor: ServerInterceptor | undefined, call: ServerCallState): void {
  try {
    interceptor?.settled?.(call, call.failure);
  } catch {
    // A fault of the hook must not become anybody's outcome.
  }
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
    if (requests === undefined) request = call.open(body);
    else call.admitItems();
  } catch (error) {
    return misread(call, error);
  }
  if (!(request instanceof Promise)) return handle(entry, call, requests ?? request);
  request.then(
    (message: unknown) => (call.running ? handle(entry, call, message) : call.settle()),
    (error: unknown) => misread(call, error),
  );
}

function misread(call: ServerCallState, error: unknown): void {
  call.refuse(RpcError.from(error), true);
  call.settle();
}

function handle(entry: Entry, call: ServerCallState, request: unknown): void {
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
  if (method.kind === "client_stream") return onlyItem(method, items);
  return items instanceof HandlerItems && items.isDirect ? items.run() : items;
}

/** Closures only where there is something to wait for. */
function settleWith(call: ServerCallState, result: unknown): void {
  const { handled } = call;
  // The interceptors passed on what the handler gave: nobody has to wait for it (bench `calls`, rpcgen full).
  if (handled !== undefined && handled.reply === result) settle(call, handled.result);
  else if (isThenable(result)) settleLater(call, result);
  else settle(call, result);
}

function settleLater(call: ServerCallState, result: PromiseLike<unknown>): void {
  result.then(
    (value) => settle(call, value),
    (error: unknown) => call.fail(error),
  );
}

function settle(call: ServerCallState, value: unknown): void {
  const { kind } = call.method;
  if (kind === "unary" || kind === "client_stream") call.reply(value);
  else call.replyItems(value as Items<unknown>);
}

/** What a hook that decides on admission may say to the caller as it is. */
const denials: ReadonlySet<Reason> = /* @__PURE__ */ new Set<Reason>([
  "unauthenticated",
  "permission_denied",
  "too_many_calls",
  "deadline_passed",
]);

function tooManyCalls(limit: number): RpcError {
  return new RpcError({ reason: "too_many_calls", message: `This server runs ${limit} calls, as many as it may.` });
}

function otherKind({ path, kind }: MethodType): RpcError {
  return new RpcError({ reason: "unknown_method", message: `${path} is of another kind here: ${kind}.` });
}

function errorId(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
