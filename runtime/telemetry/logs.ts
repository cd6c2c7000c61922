import type { CallInfo, ClientCall } from "../call/context.ts";
import { isSecretKey } from "../call/metadata.ts";
import type { CallContext, Items } from "../call/method-type.ts";
import { createSlot } from "../call/slot.ts";
import type { Environment } from "../environment/environment.ts";
import { createLineLimiter, linesPerSecond } from "../environment/line-limiter.ts";
import { RpcError } from "../errors/rpc-error.ts";
import type { ClientInterceptor, ServerInterceptor, StreamNext } from "../interceptor/interceptor.ts";
import type { Plugin } from "../plugin/plugin.ts";
import { type BodyOptions, type CallBodies, createBodies } from "./bodies.ts";
import { tapItems, watchItems } from "./items.ts";
import { createLogLevels, type LogLevel, type LogLevels } from "./log-levels.ts";
import { safeText } from "./safe-text.ts";

/** Where lines go; pino and most other loggers fit. */
export type Logger = Readonly<
  Record<Exclude<LogLevel, "silent">, (fields: Readonly<Record<string, unknown>>, message: string) => void>
>;

/** Settings of {@link accessLog}. */
export interface AccessLogOptions {
  readonly logger: Logger;
  /** Default: `info` for all services. */
  readonly levels?: LogLevels | undefined;
  /** Lines about calls that failed, per code: so many at once, and per second in the long run. What is above is counted and told with the next. Default: 10. */
  readonly maxFailuresPerSecond?: number | undefined;
  /** Names of metadata whose values are logged. What is not named is not: tokens travel there. Default: none. */
  readonly metadata?: readonly string[] | undefined;
  /**
   * Writes requests, replies and the data of declared errors as JSON, for services whose level is `trace`, each `@sensitive` field as `***`. Default: no bodies, whatever the level.
   */
  readonly bodies?: BodyOptions | undefined;
}

/** A line per call on each side it is used: method, peer, code, duration, bytes, attempt, trace. */
export interface AccessLog {
  client(): Plugin<ClientInterceptor>;
  server(): Plugin<ServerInterceptor>;
}

const bodiesSlot = createSlot<CallBodies>("access-log-bodies");

/** Codes that are the server's fault are errors, those of the caller warnings, what went well information. */
function levelOf(error: RpcError | undefined): "info" | "warn" | "error" {
  if (error === undefined) return "info";
  return error.code === 13 || error.code === 15 || error.code === 2 ? "error" : "warn";
}

/**
 * Writes a line for each call that ended; without `bodies` nothing of a body is in it. Everything that a peer had a say in is escaped and cut; lines about failures are limited, so that an attack
 * fills no disk.
 */
export function accessLog({
  logger,
  levels = createLogLevels(),
  maxFailuresPerSecond = linesPerSecond,
  metadata = [],
  bodies,
}: AccessLogOptions): AccessLog {
  const bodiesOf = bodies === undefined ? undefined : createBodies(bodies, levels);
  const names = metadata.filter((name) => !isSecretKey(name));

  function lineWriter(
    side: "client" | "server",
    environment: Environment,
  ): (call: CallInfo, error: RpcError | undefined) => void {
    const limiter = createLineLimiter(environment, maxFailuresPerSecond);
    const peerText = safePeers();
    return (call, error) => {
      const { method } = call;
      const kept = bodiesOf === undefined ? undefined : call.get(bodiesSlot);
      const level = levelOf(error);
      if (!levels.isOn(method.service, level)) return;
      const leftOut = error === undefined ? 0 : limiter(error.codeName);
      if (leftOut === undefined) return;
      const code = error?.codeName ?? "ok";
      const fields: Record<string, unknown> = {
        side,
        method: method.path,
        code,
        durationMs: Math.round((environment.now() - call.startedMs) * 1_000) / 1_000,
        sent: call.bytesSent,
        received: call.bytesReceived,
      };
      if (call.attempt > 0) fields["attempt"] = call.attempt;
      if (call.trace !== undefined) fields["traceId"] = call.trace.traceId;
      if (error !== undefined) Object.assign(fields, factsOf(error));
      if (kept !== undefined) Object.assign(fields, kept.fields(error));
      if (leftOut > 0) fields["linesLeftOut"] = leftOut;
      for (const name of names) addMetadata(fields, call, name);
      const where = side === "server" ? (call as CallContext).peer : (call as ClientCall).endpoint?.id;
      if (where !== undefined) fields["peer"] = peerText(where);
      logger[level](fields, `${method.path} ${code}`);
    };
  }

  return {
    client: () => ({
      name: "access-log",
      setup(kernel) {
        const write = lineWriter("client", kernel.environment);
        const keptOf = bodiesOf === undefined ? () => undefined : keeper(bodiesOf);
        kernel.addInterceptor({
          name: "access-log",
          admit(call, request) {
            keptOf(call)?.request(request);
            return undefined;
          },
          settled(call, failure, reply) {
            if (failure === undefined && bodiesOf !== undefined) call.get(bodiesSlot)?.reply(reply);
            write(call, failure);
          },
          stream(call, requests, next) {
            const kept = keptOf(call);
            return watchItems(streamOf(call, { requests, next, kept }), (error) => write(call, error));
          },
        });
      },
    }),
    server: () => ({
      name: "access-log",
      setup(kernel) {
        const write = lineWriter("server", kernel.environment);
        kernel.addInterceptor({
          name: "access-log",
          settled: write,
          ...(bodiesOf === undefined ? {} : serverBodies(bodiesOf)),
        });
      },
    }),
  };
}

/** Makes what keeps the bodies of a call, and leaves it at the call for the line. */
function keeper(bodiesOf: (call: CallInfo) => CallBodies | undefined): (call: CallInfo) => CallBodies | undefined {
  return (call) => {
    const kept = bodiesOf(call);
    if (kept !== undefined) call.set(bodiesSlot, kept);
    return kept;
  };
}

/** The hooks of a server that keep bodies for the line; without them it costs nothing that there could be some. */
function serverBodies(
  bodiesOf: (call: CallInfo) => CallBodies | undefined,
): Required<Pick<ServerInterceptor, "unary" | "stream">> {
  const keep = keeper(bodiesOf);
  return {
    unary(call, request, next) {
      const kept = keep(call);
      kept?.request(request);
      const reply = next(call, request);
      if (kept === undefined) return reply;
      // Passed on when it was kept: the line is written as soon as the server has the reply.
      return reply.then((value) => {
        kept.reply(value);
        return value;
      });
    },
    stream: (call, requests, next) => streamOf(call, { requests, next, kept: keep(call) }),
  };
}

function streamOf(
  call: CallInfo,
  {
    requests,
    next,
    kept,
  }: { readonly requests: Items<unknown>; readonly next: StreamNext; readonly kept: CallBodies | undefined },
): AsyncIterable<unknown> {
  if (kept === undefined) return next(call, requests);
  return tapItems(next(call, tapItems(requests, kept.request)), kept.reply);
}

function factsOf(error: RpcError): Readonly<Record<string, unknown>> {
  const { reason, errorId, message } = error;
  return { reason, error: safeText(message), ...(errorId === undefined ? {} : { errorId: safeText(errorId) }) };
}

function addMetadata(fields: Record<string, unknown>, { metadata }: CallInfo, name: string): void {
  const value = metadata.get(name);
  if (value !== undefined) fields[`metadata.${name}`] = safeText(value);
}

/** The same peers call again and again: the last name is looked at once. */
function safePeers(): (text: string) => string {
  let last = "";
  let safe = "";
  return (text) => {
    if (text === last) return safe;
    last = text;
    safe = safeText(text);
    return safe;
  };
}
