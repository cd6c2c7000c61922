/** Checked by `tsc`: what people write must have the types they expect, and what is wrong must not compile. */
import { expectTypeOf, test } from "vitest";
import {
  type CallContext,
  type ClientInterceptor,
  createChannel,
  createClient,
  createServer,
  createSlot,
  type Interceptor,
  type Result,
  result,
  RpcError,
  type ServerInterceptor,
} from "../../runtime/index.ts";
import { Lab, type LabClient, type LabHandlers, type Missing, type Note } from "../runtime/fixture/lab.ts";

declare const handlers: LabHandlers;
declare const lab: LabClient;

/** Compiled, never run. */
function neverRun(_body: () => unknown): void {}

test("a client has the generated interface", () => {
  neverRun(() => {
    expectTypeOf(createClient(Lab, { target: "tcp://127.0.0.1:1" })).toEqualTypeOf<LabClient>();
    expectTypeOf(createClient(Lab, { channel: createChannel({ target: "memory:a" }) })).toEqualTypeOf<LabClient>();
    // @ts-expect-error the target is missing
    createClient(Lab, {});
    // @ts-expect-error there is no such option
    createClient(Lab, { target: "memory:a", tiemout: 1 });
    // @ts-expect-error there is no such codec
    createClient(Lab, { target: "memory:a", codec: "xml" });
    // @ts-expect-error there is no such limit
    createClient(Lab, { target: "memory:a", limits: { maxFrame: 1 } });
  });
});

test("calls have the types of the schema", () => {
  neverRun(async () => {
    expectTypeOf(await lab.echo({ text: "a" })).toEqualTypeOf<Note>();
    expectTypeOf(await lab.ping()).toEqualTypeOf<void>();
    for await (const note of lab.list({})) expectTypeOf(note).toEqualTypeOf<Note>();
    // @ts-expect-error a field has the wrong type
    await lab.echo({ text: 1 });
    // @ts-expect-error there is no such field
    await lab.echo({ txt: "a" });
    // @ts-expect-error a void method takes no request
    await lab.ping({ text: "a" });
    // @ts-expect-error there is no such call option
    await lab.echo({}, { timeout: 1 });
    // @ts-expect-error items are not an item
    await lab.sum({ text: "a" });
  });
});

test("a result names the declared errors", () => {
  neverRun(async () => {
    const outcome = await result(lab.echo({}));
    expectTypeOf(outcome).toEqualTypeOf<Result<Note, Missing>>();
    if (outcome.ok) expectTypeOf(outcome.value).toEqualTypeOf<Note>();
    else expectTypeOf(outcome.error).toEqualTypeOf<Missing | RpcError>();
    expectTypeOf(await result(lab.quick({}))).toEqualTypeOf<Result<Note>>();
  });
});

test("a server checks its handlers", () => {
  neverRun(() => {
    createServer().add(Lab, handlers);
    // @ts-expect-error handlers are missing
    createServer().add(Lab, { echo: (note: Note) => note });
    // @ts-expect-error a handler returns the wrong type
    createServer().add(Lab, { ...handlers, echo: () => 7 });
    const { echo, quick, ping, track, list, sum, chat } = handlers;
    // @ts-expect-error there is no such method
    createServer().add(Lab, { echo, quick, ping, track, list, sum, chat, eco: echo });
    createServer().add(Lab, {
      ...handlers,
      echo(request, context) {
        expectTypeOf(request).toEqualTypeOf<Note>();
        expectTypeOf(context).toEqualTypeOf<CallContext>();
        return { text: request.text };
      },
    });
    // @ts-expect-error there is no such option
    createServer({ port: 9000 });
  });
});

test("an interceptor written for both sides fits either", () => {
  neverRun(() => {
    const both: Interceptor = { name: "both", unary: (call, request, next) => next(call, request) };
    expectTypeOf(both).toExtend<ClientInterceptor>();
    expectTypeOf(both).toExtend<ServerInterceptor>();
    const here: ServerInterceptor = {
      name: "here",
      unary(call, request, next) {
        expectTypeOf(call.peer).toEqualTypeOf<string>();
        return next(call, request);
      },
    };
    createServer({ interceptors: [both, here] });
    createClient(Lab, { target: "memory:a", interceptors: [both] });
    // @ts-expect-error an interceptor for servers reads what clients do not have
    createClient(Lab, { target: "memory:a", interceptors: [here] });
  });
});

test("a slot keeps the type of its value", () => {
  neverRun(() => {
    const user = createSlot<{ readonly id: number }>("user");
    const context = {} as CallContext;
    expectTypeOf(context.get(user)).toEqualTypeOf<{ readonly id: number } | undefined>();
    context.set(user, { id: 1 });
    // @ts-expect-error the value has the wrong type
    context.set(user, "ada");
  });
});

test("clients, channels and servers can be disposed of", () => {
  neverRun(async () => {
    await using client = createClient(Lab, { target: "memory:a" });
    await using channel = createChannel({ target: "memory:a" });
    await using server = createServer();
    return [client, channel, server];
  });
});
