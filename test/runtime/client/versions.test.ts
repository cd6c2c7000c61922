/** Clients and servers whose schemas differ. */
import { describe, expect, test } from "vitest";
import { Code, createClient, createServer, type Invoker, type MethodType, RpcError } from "../../../runtime/index.ts";
import { Lab, type LabClient, Note } from "../fixture/lab.ts";
import { collect, createWorld, echoing, errorOf } from "../fixture/world.ts";

/** A client that knows its methods otherwise than the server does. */
function clientOf(target: string, change: (method: MethodType) => Partial<MethodType>): LabClient {
  const changed = <M>(method: M): M => {
    const known = method as unknown as MethodType;
    const { kind, name, member, service, path, id, oneway, idempotency, request, response, errors, policy } = known;
    const copy = { kind, name, member, service, path, id, oneway, idempotency, request, response, errors, policy };
    return { ...copy, ...change(known) } as unknown as M;
  };
  const over = (invoker: Invoker): Invoker => ({
    unary: (method, request, options) => invoker.unary(changed(method), request, options),
    oneway: (method, request, options) => invoker.oneway(changed(method), request, options),
    serverStream: (method, request, options) => invoker.serverStream(changed(method), request, options),
    clientStream: (method, requests, options) => invoker.clientStream(changed(method), requests, options),
    bidiStream: (method, requests, options) => invoker.bidiStream(changed(method), requests, options),
  });
  return createClient({ ...Lab, stub: (invoker) => Lab.stub(over(invoker)) }, { target });
}

function rpc(error: unknown): RpcError {
  if (RpcError.is(error)) return error;
  throw new Error(`expected an RpcError, got ${String(error)}`);
}

const read = (): never => {
  throw new RpcError({ reason: "malformed_message", message: "lab.v1.Note: field 9 is required" });
};
const unreadable = { ...Note, read, decode: read };

describe("a reply that this side cannot read", () => {
  test("fails its call as an internal error that says what does not fit", async () => {
    await using world = await createWorld();
    await using client = clientOf(world.address, () => ({ response: unreadable }));
    const error = rpc(await errorOf(client.echo({})));
    expect([error.code, error.origin]).toEqual([Code.internal, "local"]);
    expect(error.message).toBe("The reply of /lab.v1.Lab/Echo cannot be read: lab.v1.Note: field 9 is required");
  });

  test("fails its stream and cancels it at the server", async () => {
    await using world = await createWorld();
    await using client = clientOf(world.address, () => ({ response: unreadable }));
    expect(rpc(await errorOf(collect(client.list({ count: 3 })))).message).toContain("/lab.v1.Lab/List cannot be read");
  });
});

test("a method that is a stream on one side only is refused", async () => {
  await using world = await createWorld();
  await using client = clientOf(world.address, (method) => (method.name === "sum" ? { id: idOf("echo") } : {}));
  const error = rpc(await errorOf(client.sum([{}])));
  expect([error.code, error.reason]).toEqual([Code.unimplemented, "unknown_method"]);
  expect(error.message).toContain("of another kind here: unary");
});

test("a message beyond what the schema allows for its method fails the call", async () => {
  const limited = Lab.methods.map((method) => (method.name === "echo" ? limit(method, 10) : method));
  await using server = createServer().add({ ...Lab, methods: limited }, echoing);
  await using client = createClient(Lab, { target: await server.listen("memory:limited") });
  await client.echo({ text: "12345678" });
  const error = rpc(await errorOf(client.echo({ text: "123456789" })));
  expect([error.code, error.reason]).toEqual([Code.resourceExhausted, "limit_exceeded"]);
  expect(error.message).toContain("has 11 bytes; the schema allows 10");
});

test("a declared error whose data this side cannot read arrives as a plain one", async () => {
  const { Missing } = await import("../fixture/lab.ts");
  await using world = await createWorld({
    handlers: {
      echo() {
        throw new Missing({ what: "x" }, "gone");
      },
    },
  });
  const broken = { ...Missing.type, data: unreadable as never };
  await using client = clientOf(world.address, () => ({ errors: [broken] }));
  const error = rpc(await errorOf(client.echo({})));
  expect([Missing.is(error), error.code, error.message]).toEqual([false, Code.notFound, "gone"]);
});

function idOf(name: string): number {
  return Lab.methods.find((method) => method.name === name)?.id ?? 0;
}

function limit(method: MethodType, maxMessageBytes: number): MethodType {
  return {
    ...method,
    request: method.request,
    response: method.response,
    errors: method.errors,
    policy: { maxMessageBytes },
  };
}
