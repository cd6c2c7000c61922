import { context, propagation, SpanKind, trace } from "@opentelemetry/api";
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from "@opentelemetry/core";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { afterEach, describe, expect, test } from "vitest";
import type { CallContext } from "../../../runtime/codegen/index.ts";
import { failover } from "../../../runtime/governance/index.ts";
import { type ChannelOptions, createChannel, createServer, type ServerOptions } from "../../../runtime/index.ts";
import { openTelemetry } from "../../../runtime/telemetry/opentelemetry/index.ts";
import { createVirtualEnvironment } from "../../../runtime/testing/virtual-environment.ts";
import { createVirtualNetwork } from "../../../runtime/testing/virtual-links.ts";
import { Lab, type Note } from "../fixture/lab.ts";
import { echoing } from "../fixture/world.ts";
import { echoMethod, outcomeOf, unwell } from "../governance/repeatable.ts";

interface Chain {
  readonly seen: CallContext[];
  call(trace?: CallContext["trace"]): Promise<number | string>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Three servers, each of which calls the next. */
async function chain(
  client: Partial<ChannelOptions>,
  server: ServerOptions,
  last: () => void = () => undefined,
): Promise<Chain> {
  const environment = createVirtualEnvironment();
  const { transport } = createVirtualNetwork({ environment, delayMs: () => 1 });
  const channels = [0, 1, 2].map((index) =>
    createChannel({ target: `memory:s${index}`, environment, transports: [transport], ...client }),
  );
  const seen: CallContext[] = [];
  const servers = channels.map((_, index) =>
    createServer({ environment, transports: [transport], ...server }).add(Lab, {
      ...echoing,
      async echo(note, call): Promise<Note> {
        seen.push(call);
        const next = channels[index + 1];
        if (next !== undefined) return next.invoker().unary(echoMethod(), note, { parent: call }) as Promise<Note>;
        last();
        return note;
      },
    }),
  );
  await Promise.all(servers.map((one, index) => one.listen(`memory:s${index}`)));
  return {
    seen,
    call: async (given) => {
      const parent =
        given === undefined
          ? undefined
          : {
              attempt: 0,
              remainingMs: 60_000,
              signal: new AbortController().signal,
              trace: given,
              get: () => undefined,
            };
      const outcome = await environment.run(
        outcomeOf(channels[0]!, echoMethod(), {}, parent === undefined ? {} : { parent: parent as never }),
      );
      await environment.advanceAsync(10);
      return outcome;
    },
    async [Symbol.asyncDispose]() {
      await environment.run(Promise.all([...channels, ...servers].map((one) => one.close({ graceMs: 0 }))));
    },
  };
}

describe("without any SDK", () => {
  test("trace context and baggage go through three servers as they came", async () => {
    await using world = await chain({}, {});
    const given = {
      traceId: "0af7651916cd43dd8448eb211c80319c",
      spanId: "b7ad6b7169203331",
      flags: 1,
      state: "vendor=1",
      baggage: "user=7",
    };
    await world.call(given);
    expect(world.seen.map((call) => call.trace)).toEqual([given, given, given]);
  });

  test("a call outside of traces has none, and one that is not valid does not travel", async () => {
    await using world = await chain({}, {});
    await world.call();
    await world.call({ traceId: "0".repeat(32), spanId: "b7ad6b7169203331", flags: 1 });
    await world.call({ traceId: "nonsense", spanId: "b7ad6b7169203331", flags: 1 });
    expect(world.seen.map((call) => call.trace)).toEqual(Array.from({ length: 9 }));
  });
});

describe("with an SDK", () => {
  const exporter = new InMemorySpanExporter();

  function start(): void {
    trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
    propagation.setGlobalPropagator(
      new CompositePropagator({ propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()] }),
    );
  }

  afterEach(() => {
    trace.disable();
    propagation.disable();
    context.disable();
    exporter.reset();
  });

  const parentOf = (span: ReadableSpan): string | undefined => span.parentSpanContext?.spanId;

  test("a chain over three services is one trace: client, server, client, ... each the parent of the next", async () => {
    start();
    const telemetry = openTelemetry();
    await using world = await chain({ plugins: [telemetry.client()] }, { plugins: [telemetry.server()] });
    expect(await world.call()).toBe(0);
    const spans = exporter.getFinishedSpans();
    expect(spans).toHaveLength(6);
    expect(new Set(spans.map((span) => span.spanContext().traceId)).size).toBe(1);
    let current = spans.find((span) => parentOf(span) === undefined);
    const kinds: number[] = [];
    while (current !== undefined) {
      kinds.push(current.kind);
      const id: string = current.spanContext().spanId;
      current = spans.find((span) => parentOf(span) === id);
    }
    expect(kinds).toEqual([2, 1, 2, 1, 2, 1]);
  });

  test("spans have the names and attributes of the conventions", async () => {
    start();
    const telemetry = openTelemetry();
    await using world = await chain({ plugins: [telemetry.client()] }, { plugins: [telemetry.server()] }, () => {
      throw unwell();
    });
    await world.call();
    const [server, client] = exporter.getFinishedSpans();
    expect([server?.name, server?.attributes]).toEqual([
      "lab.v1.Lab/Echo",
      expect.objectContaining({
        "rpc.system.name": "rpcgen",
        "rpc.method": "lab.v1.Lab/Echo",
        "rpc.response.status_code": "UNAVAILABLE",
        "error.type": "UNAVAILABLE",
      }),
    ]);
    expect(client?.attributes).toMatchObject({ "server.address": "s2", "error.type": "UNAVAILABLE" });
    expect(client?.status.code).toBe(2);
  });

  test("one client span covers all attempts of a call", async () => {
    start();
    let failures = 2;
    const telemetry = openTelemetry();
    await using world = await chain(
      { plugins: [telemetry.client()], faultMode: failover() },
      { plugins: [telemetry.server()] },
      () => {
        if (failures-- > 0) throw unwell();
      },
    );
    await world.call();
    const spans = exporter.getFinishedSpans();
    const last = spans.filter(
      ({ kind, attributes }) => kind === SpanKind.CLIENT && attributes["server.address"] === "s2",
    );
    expect([last.length, last[0]?.attributes["rpc.resend_count"], last[0]?.status.code]).toEqual([1, 2, 0]);
    expect(spans.filter((span) => parentOf(span) === last[0]?.spanContext().spanId)).toHaveLength(3);
  });

  test("baggage reaches the last server", async () => {
    start();
    const telemetry = openTelemetry();
    await using world = await chain({ plugins: [telemetry.client()] }, { plugins: [telemetry.server()] });
    await world.call({
      traceId: "0af7651916cd43dd8448eb211c80319c",
      spanId: "b7ad6b7169203331",
      flags: 1,
      baggage: "user=7",
    });
    const baggage = propagation.getBaggage(telemetry.contextOf(world.seen[2] as CallContext));
    expect(baggage?.getEntry("user")?.value).toBe("7");
    expect(exporter.getFinishedSpans()[0]?.spanContext().traceId).toBe("0af7651916cd43dd8448eb211c80319c");
  });
});
