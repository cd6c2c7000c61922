import { afterEach, describe, expect, test } from "vitest";
import { methodIdFromPath } from "../../../runtime/descriptor/method-id.ts";
import {
  type AuthenticationRequest,
  type AuthorizationRequest,
  Code,
  createChannel,
  createClient,
  createServer,
  type Principal,
  RpcError,
  type Server,
  type ServerOptions,
} from "../../../runtime/index.ts";
import { frame } from "../connection/world.ts";
import { withPolicies } from "../../security/policies.ts";
import { connectRaw } from "../../security/raw-client.ts";
import { Lab, type LabHandlers, Note } from "../fixture/lab.ts";
import {
  collect,
  createSignal,
  createWorld,
  echoing,
  errorOf,
  type World,
  type WorldOptions,
} from "../fixture/world.ts";

const Guarded = withPolicies(Lab, {
  echo: { auth: { scopes: ["notes.read"] } },
  list: { auth: { scopes: ["notes.read", "notes.list"] } },
  chat: { auth: { scopes: ["chat"] } },
  ping: { auth: { scopes: [] } },
  track: { auth: { scopes: ["track"] } },
});
const principals: Readonly<Record<string, Principal>> = {
  ada: { id: "ada", scopes: ["notes.read", "chat"] },
  root: { id: "root", scopes: ["notes.read", "notes.list", "chat", "track"] },
  none: { id: "none" },
};
const byToken = ({ token }: AuthenticationRequest): Principal | undefined => {
  if (token === undefined) return undefined;
  const found = principals[token];
  if (found === undefined) throw new RpcError({ reason: "unauthenticated", message: "The token is not known." });
  return found;
};
const idOf = (name: string): number => Lab.methods.find((method) => method.name === name)?.id as number;
const later =
  <T>(action: (request: AuthenticationRequest) => T) =>
  async (request: AuthenticationRequest): Promise<T> => {
    await new Promise((resolve) => setImmediate(resolve));
    return action(request);
  };

let servers: Server[] = [];
let count = 0;

afterEach(async () => {
  await Promise.all(servers.map((server) => server.close({ graceMs: 0 })));
  servers = [];
});

async function listen(options: ServerOptions, handlers: Partial<LabHandlers> = {}): Promise<string> {
  const server = createServer({ authenticate: byToken, onError: () => undefined, ...options });
  servers.push(server.add(Guarded, { ...echoing, ...handlers }));
  return server.listen(`memory:auth-${count++}`);
}

async function world(
  options: ServerOptions,
  client: WorldOptions["client"] = {},
  handlers: Partial<LabHandlers> = {},
): Promise<World> {
  return createWorld({ client: { target: await listen(options, handlers), ...client } });
}

describe.each([
  ["at once", byToken],
  ["later", later(byToken)],
])("a caller that is known %s", (_, authenticate) => {
  test("may do what its scopes allow", async () => {
    await using ada = await world({ authenticate }, { token: "ada" });
    expect((await ada.lab.echo({ text: "hello" })).text).toBe("hello");
    expect(await collect(ada.lab.chat([{ text: "a" }, { text: "b" }]))).toHaveLength(2);
    await ada.lab.ping();
  });

  test("may not do what they do not, and learns which is missing", async () => {
    await using ada = await world({ authenticate }, { token: "ada" });
    expect(await errorOf(collect(ada.lab.list({ count: 2 })))).toMatchObject({
      code: Code.permissionDenied,
      reason: "permission_denied",
      message: '/lab.v1.Lab/List needs the scope "notes.list".',
    });
  });

  test("may not call methods without a rule", async () => {
    await using root = await world({ authenticate }, { token: "root" });
    expect(await errorOf(root.lab.quick({}, { timeoutMs: 10_000 }))).toMatchObject({ code: Code.permissionDenied });
    expect(await errorOf(root.lab.sum([{ count: 1 }]))).toMatchObject({ code: Code.permissionDenied });
  });

  test("is in the context of its calls, and cannot be changed there", async () => {
    let seen: Principal | undefined;
    await using ada = await world(
      { authenticate },
      { token: "ada" },
      {
        echo(note, { principal }) {
          seen = principal;
          return note;
        },
      },
    );
    await ada.lab.echo({});
    expect(seen).toEqual({ id: "ada", scopes: ["notes.read", "chat"] });
    expect(() => (seen as unknown as { scopes: string[] }).scopes.push("admin")).toThrow(TypeError);
    expect(() => Object.assign(seen as object, { id: "root" })).toThrow(TypeError);
    expect(principals["ada"]?.scopes).toEqual(["notes.read", "chat"]);
  });

  test("without a token is unauthenticated everywhere but at public methods", async () => {
    await using nobody = await world({ authenticate, publicMethods: ["/lab.v1.Lab/Quick"] });
    expect(await errorOf(nobody.lab.echo({}))).toMatchObject({ code: Code.unauthenticated });
    expect(await errorOf(nobody.lab.ping())).toMatchObject({ code: Code.unauthenticated });
    expect((await nobody.lab.quick({ text: "open" }, { timeoutMs: 10_000 })).text).toBe("open");
  });

  test("with a token that is not accepted is told so, and comes back with another", async () => {
    const tokens = ["wrong", "ada"];
    await using someone = await world({ authenticate }, { token: () => tokens.shift() as string });
    expect(await errorOf(someone.lab.echo({}))).toMatchObject({
      code: Code.unauthenticated,
      message: "The token is not known.",
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect((await someone.lab.echo({ text: "now" })).text).toBe("now");
  });
});

test("a whole service may be public", async () => {
  await using nobody = await world({ publicMethods: ["lab.v1.Lab"] });
  await nobody.lab.echo({});
  await nobody.lab.sum([{ count: 1 }]);
});

test("a public method that does not exist is a mistake that is told", async () => {
  await expect(listen({ publicMethods: ["/lab.v1.Lab/quick"] })).rejects.toThrow(
    'publicMethods names "/lab.v1.Lab/quick"',
  );
});

test("a server that asks for nothing lets everybody in", async () => {
  await using open = await createWorld();
  expect((await open.lab.echo({ text: "hello" })).text).toBe("hello");
});

describe("the token", () => {
  test.each([
    ["text", "ada"],
    ["a function", () => "ada"],
    ["an asynchronous function", async () => "ada"],
  ])("may be %s", async (_, token) => {
    await using ada = await world({}, { token });
    const notes = Array.from({ length: 20 }, (_unused, index) => ada.lab.echo({ count: index }));
    expect((await Promise.all(notes)).map(({ count: found }) => found)).toEqual(notes.map((_call, index) => index));
  });

  test("that cannot be had fails the calls, without its cause in the text", async () => {
    await using broken = await world(
      {},
      {
        token: () => {
          throw new TypeError("s3cret is not valid");
        },
      },
    );
    const error = (await errorOf(broken.lab.echo({}))) as RpcError;
    expect(error).toMatchObject({ code: Code.unauthenticated, cause: expect.any(TypeError) });
    expect(error.message).not.toContain("s3cret");
  });

  test.each([
    ["x".repeat(7_000), "7002 bytes"],
    [7, "must be a string"],
  ])("that cannot travel is refused here", async (token, word) => {
    await using broken = await world({}, { token: () => token as string });
    expect(((await errorOf(broken.lab.echo({}))) as Error).message).toContain(word);
  });

  test("of a wrong type is refused at once", () => {
    expect(() => createChannel({ target: "memory:a", token: 7 as never })).toThrow('"token" must be a string');
  });
});

describe("authenticate", () => {
  test("that throws something else is reported, and not shown", async () => {
    const reported: unknown[] = [];
    const fault = new Error("database password is hunter2");
    await using someone = await world({
      authenticate: () => {
        throw fault;
      },
      onError: (error, { method, errorId }) => reported.push(error, method, errorId),
    });
    const error = (await errorOf(someone.lab.echo({}))) as RpcError;
    expect(error.code).toBe(Code.unauthenticated);
    expect(JSON.stringify({ ...error, message: error.message })).not.toContain("hunter2");
    expect(reported).toEqual([fault, "(authenticate)", error.errorId]);
  });

  test.each([{ id: "" }, {}, "ada", { id: "a", scopes: "all" }])(
    "that returns %j lets nobody in",
    async (principal) => {
      await using someone = await world({ authenticate: () => principal as never });
      expect(await errorOf(someone.lab.ping())).toMatchObject({ code: Code.unauthenticated });
    },
  );

  test("that fails by an error of another server does not pass it on", async () => {
    const error = new RpcError({ reason: "permission_denied", message: "of the token server", origin: "remote" });
    await using someone = await world({ authenticate: () => Promise.reject(error) });
    expect(await errorOf(someone.lab.echo({}))).toMatchObject({
      code: Code.unauthenticated,
      message: "The caller could not be authenticated.",
    });
  });

  test("has limited time", async () => {
    await using someone = await world({
      authenticate: () => new Promise<undefined>(() => undefined),
      limits: { handshakeMs: 20 },
    });
    expect(await errorOf(someone.lab.echo({}))).toMatchObject({ message: "Authentication took too long." });
  });

  test("that fails ends the connection of a peer that never calls", async () => {
    const peer = await connectRaw(await listen({ limits: { handshakeMs: 20 } }), { token: "wrong" });
    expect(await peer.reply()).toMatchObject({ kind: 11 });
    peer.close();
  });

  test("is asked once per connection", async () => {
    let asked = 0;
    await using ada = await world({ authenticate: (request) => (asked++, byToken(request)) }, { token: "ada" });
    for (let index = 0; index < 5; index++) await ada.lab.echo({});
    expect(asked).toBe(1);
  });
});

describe("authorize", () => {
  test("sees caller, method and metadata, and decides after the schema", async () => {
    const seen: AuthorizationRequest[] = [];
    const authorize = (request: AuthorizationRequest): boolean => (
      seen.push(request),
      request.metadata.get("tenant") === "blue"
    );
    await using ada = await world({ authorize }, { token: "ada" });
    await ada.lab.echo({}, { metadata: { tenant: "blue" } });
    expect(await errorOf(ada.lab.echo({}, { metadata: { tenant: "red" } }))).toMatchObject({
      code: Code.permissionDenied,
    });
    expect(seen[0]).toMatchObject({ principal: { id: "ada" }, method: { path: "/lab.v1.Lab/Echo" } });
    expect(await errorOf(collect(ada.lab.list({}, { metadata: { tenant: "blue" } })))).toMatchObject({
      code: Code.permissionDenied,
    });
    expect(seen).toHaveLength(2);
  });

  test("is the rule of methods that have none in the schema", async () => {
    await using nobody = await world({ authorize: async ({ method }) => method.name === "quick" });
    await nobody.lab.quick({}, { timeoutMs: 10_000 });
    expect(await errorOf(nobody.lab.sum([]))).toMatchObject({ code: Code.unauthenticated });
  });

  test.each([false, undefined, "yes", 1, Promise.resolve(undefined)])("lets nobody in by %j", async (answer) => {
    await using root = await world({ authorize: () => answer as never }, { token: "root" });
    expect(await errorOf(root.lab.echo({}))).toMatchObject({ code: Code.permissionDenied });
  });

  test("that throws something else is reported, and not shown", async () => {
    const reported: unknown[] = [];
    await using root = await world(
      {
        authorize: () => {
          throw new Error("hunter2");
        },
        onError: (error) => reported.push(error),
      },
      { token: "root" },
    );
    expect(await errorOf(root.lab.echo({}))).toMatchObject({ code: Code.internal, message: "internal error" });
    expect(reported).toHaveLength(1);
  });
});

describe("nothing of a body is decoded before its caller is let in", () => {
  const reads: string[] = [];
  const trap = new Proxy(Note, {
    get(target, name) {
      if (name === "decode" || name === "fromJson") reads.push(name);
      return Reflect.get(target, name) as unknown;
    },
  });
  const Trapped = { ...Guarded, methods: Guarded.methods.map((method) => ({ ...method, request: trap as never })) };

  test.each([
    ["refused at once", byToken],
    ["refused later", later(byToken)],
  ])("when it is %s, streams included", async (_, authenticate) => {
    reads.length = 0;
    const server = createServer({ authenticate });
    servers.push(server.add(Trapped, echoing));
    const peer = await connectRaw(await server.listen(`memory:auth-${count++}`), { token: "none" });
    peer.request({ methodId: idOf("echo"), body: Buffer.from("garbage") });
    const stream = peer.request({ methodId: idOf("chat"), flags: 0 });
    peer.send(frame({ kind: 4, sequence: stream, lane: stream, serialization: 1, body: Buffer.from("garbage") }));
    const replies = [await peer.reply(), await peer.reply()];
    expect(replies.map(({ code }) => code)).toEqual([Code.permissionDenied, Code.permissionDenied]);
    expect(reads).toEqual([]);
    peer.close();
  });

  test("and items that came before are decoded when it is", async () => {
    reads.length = 0;
    const gate = createSignal();
    const server = createServer({ authenticate: (request) => gate.promise.then(() => byToken(request)) });
    servers.push(server.add(Trapped, echoing));
    const peer = await connectRaw(await server.listen(`memory:auth-${count++}`), { token: "root" });
    const stream = peer.request({ methodId: idOf("chat"), flags: 0 });
    for (const text of ["a", "b"])
      peer.send(frame({ kind: 4, sequence: stream, lane: stream, serialization: 1, body: Note.encode({ text }) }));
    await new Promise((resolve) => setImmediate(resolve));
    expect(reads).toEqual([]);
    gate.resolve();
    expect(Note.decode((await peer.reply()).body).text).toBe("a");
    expect(Note.decode((await peer.reply()).body).text).toBe("b");
    peer.close();
  });
});

describe("names that are tricks", () => {
  test.each([
    "/lab.v1.Lab/Quick/../Echo",
    "/lab.v1.Lab/echo",
    "/lab.v1.Lab/Echo ",
    "//lab.v1.Lab/Echo",
    "/lab.v1.Lab/Echo\u0000",
    "/lab.v1.Lab/__proto__",
    "/lab.v1.Lab/constructor",
    "lab.v1.Lab/Quick",
  ])("reach no method: %j", async (methodPath) => {
    const address = await listen({ publicMethods: ["/lab.v1.Lab/Quick"] });
    const root = await connectRaw(address, { token: "root" });
    root.request({ methodPath });
    expect(await root.reply()).toMatchObject({ kind: 3, code: Code.unimplemented });
    root.close();
    const nobody = await connectRaw(address);
    nobody.request({ methodPath });
    expect(await nobody.reply()).toMatchObject({ kind: 3, code: Code.unauthenticated });
    nobody.close();
  });

  test("a public number with a guarded path is the guarded method", async () => {
    const nobody = await connectRaw(await listen({ publicMethods: ["/lab.v1.Lab/Quick"] }));
    nobody.request({ methodId: idOf("quick"), methodPath: "/lab.v1.Lab/Echo" });
    expect(await nobody.reply()).toMatchObject({ code: Code.unauthenticated });
    nobody.request({ methodId: idOf("echo"), methodPath: "/lab.v1.Lab/Quick" });
    expect(await nobody.reply()).toMatchObject({ kind: 2 });
    nobody.close();
  });

  test.each([byToken, later(byToken)])(
    "who is not known does not learn which methods there are",
    async (authenticate) => {
      const nobody = await connectRaw(await listen({ authenticate }));
      const messages = new Set<string | undefined>();
      for (const methodId of [idOf("echo"), methodIdFromPath("/lab.v1.Lab/none"), 0, 0xffffffff]) {
        nobody.request({ methodId });
        const reply = await nobody.reply();
        expect(reply.code).toBe(Code.unauthenticated);
        messages.add(reply.message);
      }
      // A stream where a unary call is expected tells nothing either.
      nobody.request({ methodId: idOf("echo"), flags: 0 });
      messages.add((await nobody.reply()).message);
      expect(messages.size).toBe(1);
      nobody.close();
    },
  );

  test.each([
    ["ada", Code.unimplemented],
    ["eve", Code.unauthenticated],
  ])("nor does who is not known yet, before it is: %s", async (token, code) => {
    const gate = createSignal();
    const peer = await connectRaw(
      await listen({ authenticate: (request) => gate.promise.then(() => byToken(request)) }),
      { token },
    );
    peer.request({ methodId: methodIdFromPath("/lab.v1.Lab/none") });
    let isAnswered = false;
    const reply = peer.reply().finally(() => (isAnswered = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(isAnswered).toBe(false);
    gate.resolve();
    expect(await reply).toMatchObject({ kind: 3, code });
    peer.close();
  });

  test("one-way calls that are not let in count as dropped, others do not", async () => {
    const nobody = await connectRaw(await listen({ publicMethods: ["/lab.v1.Lab/Quick"] }));
    nobody.request({ methodId: idOf("track"), flags: 0x30, lane: 0xffff });
    nobody.request({ methodId: idOf("echo") });
    expect(await nobody.reply()).toMatchObject({ code: Code.unauthenticated });
    const loads = servers.at(-1)?.load() ?? [];
    expect(loads.filter(({ dropped }) => dropped > 0).map(({ method }) => method)).toEqual(["/lab.v1.Lab/Track"]);
    nobody.close();
  });

  test("a one-way call that is not let in is dropped, and leaves no line in the log", async () => {
    const reported: unknown[] = [];
    let tracked = 0;
    const address = await listen(
      { onError: (error) => reported.push(error), publicMethods: ["/lab.v1.Lab/Quick"] },
      { track: () => void tracked++ },
    );
    const nobody = await connectRaw(address);
    nobody.request({ methodId: idOf("track"), flags: 0x30, lane: 0xffff });
    nobody.request({ methodId: idOf("quick") });
    expect(await nobody.reply()).toMatchObject({ kind: 2 });
    expect([tracked, reported]).toEqual([0, []]);
    nobody.close();
  });
});

describe("onAccept", () => {
  test.each([
    ["false", () => false],
    ["nothing", () => undefined],
    [
      "a throw",
      () => {
        throw new Error("no");
      },
    ],
  ])("refuses by %s before a byte is read", async (_, onAccept) => {
    const peer = await connectRaw(await listen({ onAccept: onAccept as never }));
    await new Promise((resolve) => setImmediate(resolve));
    expect([peer.isClosed(), peer.received]).toEqual([true, []]);
  });

  test.each([
    ["at once", <T>(value: T): T => value],
    ["later", async <T>(value: T): Promise<T> => value],
  ])("comes before authenticate, which comes before authorize, %s, which comes before the handler", async (_, when) => {
    const order: string[] = [];
    await using root = await world(
      {
        onAccept: () => order.push("onAccept") > 0,
        authenticate: (request) => (order.push("authenticate"), byToken(request)),
        authorize: () => when(order.push("authorize") > 0),
        interceptors: [{ name: "late", admit: () => void order.push("admit") }],
      },
      { token: "root" },
      { echo: (note) => (order.push("handler"), note) },
    );
    await root.lab.echo({});
    expect(order).toEqual(["onAccept", "authenticate", "authorize", "admit", "handler"]);
  });
});

test("a secret appears in no error, no log and no reply", async () => {
  const secret = "canary-7f3a9c";
  const logged: string[] = [];
  const address = await listen({
    authenticate: () => {
      throw new RpcError({ reason: "unauthenticated", message: "no" });
    },
    onError: (error, report) => logged.push(`${String(error)} ${JSON.stringify(report)}`),
  });
  const peer = await connectRaw(address, { token: secret });
  peer.request({ methodId: idOf("echo") });
  await peer.reply();
  const lab = createClient(Lab, { target: address, token: secret });
  const error = (await errorOf(lab.echo({}))) as RpcError;
  await lab.close();
  const shown = [...logged, ...peer.received.map(String), String(error.stack), JSON.stringify(error)].join("\n");
  expect(shown).not.toContain(secret);
  peer.close();
});
