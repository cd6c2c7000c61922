import { describe, expect, test } from "vitest";
import { Code, createClient, type ErrorReport, result, RpcError } from "../../../runtime/index.ts";
import { Lab, Missing } from "../fixture/lab.ts";
import { collect, createSignal, createWorld, errorOf, type World, type WorldOptions } from "../fixture/world.ts";
import { echoMethod } from "../governance/repeatable.ts";

interface Reported {
  readonly error: unknown;
  readonly report: ErrorReport;
}

async function reportingWorld(options: WorldOptions): Promise<World & { readonly reported: Reported[] }> {
  const reported: Reported[] = [];
  const onError = (error: unknown, report: ErrorReport): void => void reported.push({ error, report });
  const world = await createWorld({ ...options, server: { onError, ...options.server } });
  return { ...world, reported };
}

function rpc(error: unknown): RpcError {
  if (RpcError.is(error)) return error;
  throw new Error(`expected an RpcError, got ${String(error)}`);
}

const secret = "the password is hunter2";

describe.each(["binary", "json"] as const)("in %s", (codec) => {
  test("a declared error arrives with its data and class", async () => {
    await using world = await reportingWorld({
      client: { codec },
      handlers: {
        echo() {
          throw new Missing({ what: "user 7" }, "there is no user 7");
        },
      },
    });
    const error = await errorOf(world.lab.echo({}));
    expect(error).toBeInstanceOf(Missing);
    expect(Missing.is(error) && [error.data, error.message, error.code]).toEqual([
      { what: "user 7" },
      "there is no user 7",
      Code.notFound,
    ]);
    expect(world.reported).toEqual([]);
  });

  test("a stream may end with a declared error after its items", async () => {
    await using world = await reportingWorld({
      client: { codec },
      handlers: {
        *list() {
          yield { count: 1 };
          throw new Missing({ what: "the rest" });
        },
      },
    });
    const counts: number[] = [];
    const reading = async (): Promise<void> => {
      for await (const note of world.lab.list({})) counts.push(note.count);
    };
    expect(Missing.is(await errorOf(reading()))).toBe(true);
    expect(counts).toEqual([1]);
  });

  test("a request that breaks a constraint never reaches the handler, and its violations arrive", async () => {
    let calls = 0;
    await using world = await reportingWorld({ client: { codec }, handlers: { echo: (note) => (calls++, note) } });
    const error = rpc(await errorOf(world.lab.echo({ count: -5 })));
    expect(error.code).toBe(Code.invalidArgument);
    expect(error.reason).toBe("constraint_violated");
    expect(error.message).toContain("count: must be at least 0, found -5");
    expect(error.violations).toMatchObject([{ path: "count", rule: "min", message: "must be at least 0, found -5" }]);
    expect(error.origin).toBe("remote");
    expect(calls).toBe(0);
  });
});

test("a client that validates finds the violations itself", async () => {
  let calls = 0;
  await using world = await createWorld({ client: { validate: true }, handlers: { echo: (note) => (calls++, note) } });
  const error = rpc(await errorOf(world.lab.echo({ count: -5 })));
  expect([error.reason, error.origin, error.violations.length]).toEqual(["constraint_violated", "local", 1]);
  const streamed = rpc(await errorOf(world.lab.sum([{ count: 1 }, { count: -1 }])));
  expect([streamed.reason, streamed.origin]).toEqual(["constraint_violated", "local"]);
  expect(calls).toBe(0);
});

test("an item that breaks a constraint fails the stream and the handler's loop", async () => {
  const seen = createSignal<unknown>();
  await using world = await createWorld({
    handlers: {
      async sum(notes) {
        try {
          for await (const _note of notes);
        } catch (error) {
          seen.resolve(error);
        }
        return {};
      },
    },
  });
  const error = rpc(await errorOf(world.lab.sum([{ count: 1 }, { count: -1 }])));
  expect(error.reason).toBe("constraint_violated");
  expect(rpc(await seen.promise).reason).toBe("constraint_violated");
});

describe("an unknown exception", () => {
  test("is hidden behind internal and an id, under which the server reports it", async () => {
    const original = new Error(secret);
    await using world = await reportingWorld({
      handlers: {
        echo() {
          throw original;
        },
      },
    });
    const error = rpc(await errorOf(world.lab.echo({})));
    expect([error.code, error.reason, error.message]).toEqual([Code.internal, "handler_threw", "internal error"]);
    expect(error.errorId).toMatch(/^[0-9a-f]{16}$/);
    expect(JSON.stringify({ ...error, stack: "" })).not.toContain("hunter2");
    expect(world.reported).toEqual([
      { error: original, report: { method: "/lab.v1.Lab/Echo", peer: expect.any(String), errorId: error.errorId } },
    ]);
  });

  test.each([
    ["a rejection", () => Promise.reject(new Error(secret))],
    ["a string", () => Promise.reject(secret)],
    ["undefined", () => Promise.reject(undefined)],
  ])("may be %s", async (_what, echo) => {
    await using world = await reportingWorld({ handlers: { echo } });
    expect(rpc(await errorOf(world.lab.echo({}))).message).toBe("internal error");
    expect(world.reported.length).toBe(1);
  });

  test("of a stream is hidden too", async () => {
    await using world = await reportingWorld({
      handlers: {
        async *chat() {
          throw new Error(secret);
        },
        list() {
          throw new Error(secret);
        },
        sum: () => Promise.reject(new Error(secret)),
      },
    });
    for (const call of [collect(world.lab.chat([])), collect(world.lab.list({})), world.lab.sum([])]) {
      expect(rpc(await errorOf(call)).message).toBe("internal error");
    }
    expect(world.reported.length).toBe(3);
  });

  test("of a one-way call is reported although nobody is told", async () => {
    const reported = createSignal<ErrorReport>();
    await using world = await createWorld({
      server: { onError: (_error, report) => reported.resolve(report) },
      handlers: {
        track() {
          throw new Error(secret);
        },
      },
    });
    await world.lab.track({});
    expect(await reported.promise).toMatchObject({ method: "/lab.v1.Lab/Track", errorId: undefined });
  });

  test("in the error hook itself does not become anybody's outcome", async () => {
    await using world = await createWorld({
      server: {
        onError() {
          throw new Error("hook");
        },
      },
      handlers: {
        echo() {
          throw new Error(secret);
        },
      },
    });
    expect(rpc(await errorOf(world.lab.echo({}))).message).toBe("internal error");
    await world.lab.ping();
  });
});

describe("an RpcError of a handler", () => {
  test("arrives with code, message, details and metadata, not with its cause", async () => {
    await using world = await createWorld({
      handlers: {
        echo() {
          throw new RpcError({
            code: Code.failedPrecondition,
            message: "not today",
            details: [{ hint: "tomorrow" }],
            metadata: [["retry-on", "tuesday"]],
            cause: new Error(secret),
          });
        },
      },
    });
    const error = rpc(await errorOf(world.lab.echo({})));
    expect([error.code, error.reason, error.message]).toEqual([Code.failedPrecondition, "application", "not today"]);
    expect(error.details).toEqual([{ hint: "tomorrow" }]);
    expect([...(error.metadata ?? [])]).toEqual([["retry-on", "tuesday"]]);
    expect(error.cause).toBeUndefined();
    expect(error.origin).toBe("remote");
  });

  test.each(["connect_failed", "too_many_calls", "deadline_passed", "malformed_message", "draining"] as const)(
    "with the runtime's own reason %s is hidden: it speaks of another call",
    async (reason) => {
      await using world = await reportingWorld({
        handlers: {
          echo() {
            throw new RpcError({ reason, message: secret });
          },
        },
      });
      expect(rpc(await errorOf(world.lab.echo({}))).message).toBe("internal error");
    },
  );

  test("that came from another server is hidden", async () => {
    await using inner = await createWorld({
      handlers: {
        echo() {
          throw new RpcError({ code: Code.notFound, message: secret });
        },
      },
    });
    await using outer = await reportingWorld({ handlers: { echo: (note) => inner.lab.echo(note) } });
    expect(rpc(await errorOf(outer.lab.echo({}))).message).toBe("internal error");
    expect(rpc(outer.reported[0]?.error).message).toBe(secret);
  });

  test("that is declared, but not for this method, arrives without its data", async () => {
    await using world = await createWorld({
      handlers: {
        quick() {
          throw new Missing({ what: secret }, "gone");
        },
      },
    });
    const error = rpc(await errorOf(world.lab.quick({}, { timeoutMs: 10_000 })));
    expect([Missing.is(error), error.code, error.message]).toEqual([false, Code.notFound, "gone"]);
  });
});

test("a reply that the schema excludes is the server's fault, and hidden", async () => {
  await using world = await reportingWorld({ handlers: { echo: () => ({ count: 1.5 }) } });
  expect(rpc(await errorOf(world.lab.echo({}))).message).toBe("internal error");
  expect(String(world.reported[0]?.error)).toContain("lab.v1.Note");
});

test("a request that the schema excludes fails at the caller and is not sent", async () => {
  let calls = 0;
  await using world = await createWorld({ handlers: { echo: (note) => (calls++, note) } });
  const error = rpc(await errorOf(world.lab.echo({ text: 7 as unknown as string })));
  expect([error.code, error.origin]).toEqual([Code.invalidArgument, "local"]);
  await world.lab.ping();
  expect(calls).toBe(0);
});

test("a method or service that the server does not have is unimplemented and named", async () => {
  await using world = await createWorld();
  const unknown = { ...echoMethod(), id: 12345, path: "/lab.v1.Lab/Nope" };
  const other = createClient(
    {
      ...Lab,
      stub: (invoker) => ({
        ...Lab.stub(invoker),
        echo: (request, options) => invoker.unary(unknown, request, options),
      }),
    },
    { target: world.address },
  );
  const error = rpc(await errorOf(other.echo({})));
  expect([error.code, error.reason]).toEqual([Code.unimplemented, "unknown_method"]);
  expect(error.message).toContain("/lab.v1.Lab/Nope");
  await other.close();
});

test("result() gives the outcome as a value", async () => {
  await using world = await createWorld({
    handlers: {
      echo(note) {
        if (note.text === "") throw new Missing({ what: "text" });
        return note;
      },
    },
  });
  expect(await result(world.lab.echo({ text: "a" }))).toMatchObject({ ok: true, value: { text: "a" } });
  const failed = await result(world.lab.echo({}));
  expect(failed.ok === false && Missing.is(failed.error)).toBe(true);
  await expect(result(Promise.reject(new Error("a bug")))).rejects.toThrow("a bug");
});
