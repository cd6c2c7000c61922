import {
  type Attributes,
  context as contextApi,
  type Context,
  isSpanContextValid,
  propagation,
  type Span,
  SpanKind,
  type SpanOptions,
  SpanStatusCode,
  trace as traceApi,
  type Tracer,
} from "@opentelemetry/api";
import type { CallInfo, ClientCall } from "../../call/context.ts";
import type { CallContext, MethodType } from "../../call/method-type.ts";
import { PerMethod } from "../../call/per-method.ts";
import { createSlot } from "../../call/slot.ts";
import type { RpcError } from "../../errors/rpc-error.ts";
import type { ClientInterceptor, ServerInterceptor } from "../../interceptor/interceptor.ts";
import type { Plugin } from "../../plugin/plugin.ts";
import type { TraceContext } from "../../protocol/trace.ts";
import { watchItems } from "../items.ts";

/** Settings of {@link openTelemetry}. */
export interface OpenTelemetryOptions {
  /** Default: that of the global provider, by the name of this package. */
  readonly tracer?: Tracer | undefined;
}

/** Spans of calls, by whatever SDK stands behind `@opentelemetry/api`. */
export interface OpenTelemetry {
  client(): Plugin<ClientInterceptor>;
  server(): Plugin<ServerInterceptor>;
  /** The context in which a call is served, its span within: for spans of one's own, and for code that reads the active context. */
  contextOf(call: CallInfo): Context;
}

const spanSlot = createSlot<Span>("opentelemetry");
const contextSlot = createSlot<Context>("opentelemetry");
/** Codes that make a server's span an error: others are the caller's affair. */
const serverErrors: ReadonlySet<number> = new Set([2, 4, 12, 13, 14, 15]);

/**
 * Traces calls with OpenTelemetry, by its conventions for RPC: one client span over all attempts of a call, one server span; names are `package.Service/Method`.
 * Nothing is kept in AsyncLocalStorage: the span of a call that is served becomes the parent of calls that are made with `{ parent: call }`.
 */
export function openTelemetry({
  tracer = traceApi.getTracer("@rpcgen/runtime"),
}: OpenTelemetryOptions = {}): OpenTelemetry {
  const spans = new PerMethod(spansFor);

  function startClient(call: ClientCall): Span {
    const { parent } = call;
    const outer =
      parent?.get(contextSlot) ?? (parent?.trace === undefined ? contextApi.active() : contextFrom(parent.trace));
    const { name, client } = spans.of(call.method);
    const span = tracer.startSpan(name, client, outer);
    // Without an SDK there is nothing to pass on but what came from the caller of this process, which the call has.
    if (isSpanContextValid(span.spanContext())) call.setTrace(traceFrom(traceApi.setSpan(outer, span), span));
    return span;
  }

  return {
    contextOf: (call) => call.get(contextSlot) ?? contextApi.active(),
    client: () => ({
      name: "opentelemetry",
      setup: (kernel) =>
        kernel.addInterceptor({
          name: "opentelemetry",
          admit(call) {
            call.set(spanSlot, startClient(call));
            return undefined;
          },
          settled(call, failure) {
            const span = call.get(spanSlot);
            if (span !== undefined) endClient(span, call, failure);
          },
          stream(call, requests, next) {
            const span = startClient(call);
            return watchItems(next(call, requests), (error) => endClient(span, call, error));
          },
        }),
    }),
    server: () => ({
      name: "opentelemetry",
      setup: (kernel) =>
        kernel.addInterceptor({
          name: "opentelemetry",
          admit(call) {
            const outer = call.trace === undefined ? contextApi.active() : contextFrom(call.trace);
            const { name, server } = spans.of(call.method);
            const span = tracer.startSpan(name, server, outer);
            if (span.isRecording()) span.setAttributes(addressOf("network.peer", call.peer));
            call.set(contextSlot, traceApi.setSpan(outer, span));
          },
          settled: endServer,
        }),
    }),
  };
}

/** What is the same for all spans of a method. */
interface MethodSpans {
  readonly name: string;
  readonly client: SpanOptions;
  readonly server: SpanOptions;
}

function spansFor({ path }: MethodType): MethodSpans {
  const name = path.slice(1);
  const attributes = { "rpc.system.name": "rpcgen", "rpc.method": name };
  return { name, client: { kind: SpanKind.CLIENT, attributes }, server: { kind: SpanKind.SERVER, attributes } };
}

function endClient(span: Span, call: ClientCall, error: RpcError | undefined): void {
  if (!span.isRecording()) return span.end();
  const { endpoint } = call;
  if (endpoint !== undefined) span.setAttributes(addressOf("server", endpoint.address.replace(/^\w+:(?:\/\/)?/, "")));
  if (call.attempt > 0) span.setAttribute("rpc.resend_count", call.attempt);
  finish(span, error, error !== undefined);
}

function endServer(call: CallContext, failure: RpcError | undefined): void {
  const context = call.get(contextSlot);
  const span = context && traceApi.getSpan(context);
  if (span?.isRecording() === false) span.end();
  else if (span !== undefined) finish(span, failure, failure !== undefined && serverErrors.has(failure.code));
}

function finish(span: Span, error: RpcError | undefined, isError: boolean): void {
  span.setAttribute("rpc.response.status_code", (error?.codeName ?? "ok").toUpperCase());
  if (error !== undefined && isError) {
    span.setAttribute("error.type", error.codeName.toUpperCase());
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
  span.end();
}

function addressOf(prefix: string, text: string): Attributes {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d+)$/.exec(text);
  if (match === null) return { [`${prefix}.address`]: text };
  return { [`${prefix}.address`]: match[1] ?? match[2] ?? "", [`${prefix}.port`]: Number(match[3]) };
}

function contextFrom({ traceId, spanId, flags, state, baggage }: TraceContext): Context {
  const carrier: Record<string, string> = {
    traceparent: `00-${traceId}-${spanId}-${flags.toString(16).padStart(2, "0")}`,
    ...(state === undefined ? {} : { tracestate: state }),
    ...(baggage === undefined ? {} : { baggage }),
  };
  const context = propagation.extract(contextApi.active(), carrier);
  // Without a propagator of the SDK the identifiers count all the same.
  if (traceApi.getSpanContext(context)?.traceId === traceId) return context;
  return traceApi.setSpanContext(context, { traceId, spanId, traceFlags: flags, isRemote: true });
}

function traceFrom(context: Context, span: Span): TraceContext {
  const { traceId, spanId, traceFlags, traceState } = span.spanContext();
  const carrier: Record<string, string> = {};
  propagation.inject(context, carrier);
  return {
    traceId,
    spanId,
    flags: traceFlags,
    state: carrier["tracestate"] ?? traceState?.serialize(),
    baggage: carrier["baggage"],
  };
}
