import { describe, expect, test } from "vitest";
import {
  type Channel,
  type ChannelOptions,
  Code,
  createChannel,
  createClient,
  createServer,
  RpcError,
  type Server,
  type ServerOptions,
  type Transport,
} from "../../../runtime/index.ts";
import { FrameKind, GoawayCode } from "../../../runtime/protocol/frame.ts";
import { createOption, encodeOption } from "../../../runtime/protocol/handshake.ts";
import { HeaderWriter } from "../../../runtime/protocol/header-writer.ts";
import { initialPeerLimits } from "../../../runtime/protocol/limits.ts";
import { frame } from "../connection/world.ts";
import { Lab, type LabClient, type LabHandlers, type Note } from "../fixture/lab.ts";
import { createStoppedClock, settle, type StoppedClock } from "../fixture/stopped-clock.ts";
import { collect, echoing, errorOf } from "../fixture/world.ts";
import { blackHole, createScriptedTransport, type Mode, type ScriptedTransport } from "./scripted-transport.ts";

interface Site {
  readonly clock: StoppedClock;
  readonly network: ScriptedTransport;
  readonly channel: Channel;
  readonly lab: LabClient;
  readonly server: Server;
  [Symbol.asyncDispose](): Promise<void>;
}

interface SiteOptions extends Partial<ChannelOptions> {
  readonly mode?: Mode;
  readonly handlers?: Partial<LabHandlers>;
  readonly serverOptions?: ServerOptions;
}

async function createSite({ mode, handlers, serverOptions, ...options }: SiteOptions = {}): Promise<Site> {
  const clock = createStoppedClock();
  const network = createScriptedTransport(clock, mode);
  const server = createServer({ environment: clock, transports: [network.kind], ...serverOptions }).add(Lab, {
    ...echoing,
    ...handlers,
  });
  await server.listen("memory:site");
  const channel = createChannel({
    target: "memory:site",
    environment: clock,
    transports: [network.kind],
    ...options,
  });
  const lab = createClient(Lab, { channel });
  return {
    clock,
    network,
    channel,
    lab,
    server,
    async [Symbol.asyncDispose]() {
      const closing = Promise.all([channel.close({ graceMs: 0 }), server.close({ graceMs: 0 })]);
      await clock.advance(5_000);
      await closing;
    },
  };
}

const never = (): Promise<never> => new Promise(() => undefined);

function reasonOf(error: unknown): string {
  return RpcError.is(error) ? error.reason : String(error);
}

function gaps(timesMs: readonly number[]): number[] {
  return timesMs.slice(1).map((time, index) => time - (timesMs[index] as number));
}

describe("a channel", () => {
  test("is lazy: connects with the first call", async () => {
    await using site = await createSite();
    await settle();
    expect([site.network.attemptsMs.length, site.channel.state]).toEqual([0, "idle"]);
    await site.lab.ping();
    expect([site.network.attemptsMs.length, site.channel.state]).toEqual([1, "ready"]);
  });

  test("that is eager connects at once, and again after a loss without being asked", async () => {
    await using site = await createSite({ connect: "eager" });
    await settle();
    expect([site.channel.state, site.channel.connections]).toEqual(["ready", 1]);
    await site.clock.advance(5_000);
    site.network.opened[0]?.abort();
    await settle();
    expect(site.channel.state).not.toBe("ready");
    await site.clock.advance(200);
    expect([site.channel.state, site.network.attemptsMs.length]).toEqual(["ready", 2]);
  });

  test("tells what becomes of it, each state once, and does not mind a listener that throws", async () => {
    const seen: string[] = [];
    await using site = await createSite({
      mode: "down",
      onStateChange: (state, previous) => {
        seen.push(`${previous}>${state}`);
        throw new Error("listener");
      },
    });
    await errorOf(site.lab.ping());
    site.network.mode = "up";
    await site.clock.advance(1_000);
    await site.lab.ping();
    await site.clock.advance(5_000);
    site.network.opened[0]?.abort();
    await settle();
    await site.channel.close();
    expect(seen).toEqual([
      "idle>connecting",
      "connecting>transient_failure",
      "transient_failure>connecting",
      "connecting>ready",
      "ready>idle",
      "idle>closed",
    ]);
  });

  test("keeps to its backoff: 100 ms, then 1 s times 1.6 up to 120 s, each a fifth more or less", async () => {
    await using site = await createSite({ mode: "down", connect: "eager" });
    await site.clock.advance(1_200_000);
    const waits = gaps(site.network.attemptsMs);
    expect(waits.length).toBeGreaterThan(15);
    for (const [index, wait] of waits.entries()) {
      const middle = index === 0 ? 100 : Math.min(120_000, 1_000 * 1.6 ** (index - 1));
      expect([index, wait >= middle * 0.8 && wait <= middle * 1.2]).toEqual([index, true]);
    }
    expect(new Set(waits.map((wait) => Math.round(wait))).size).toBe(waits.length);
  });

  test("is woken by a call that comes during a long wait, yet does not connect more than once a second for calls", async () => {
    await using site = await createSite({ mode: "down", connect: "eager" });
    await site.clock.advance(600_000);
    const before = site.network.attemptsMs.length;
    for (let count = 0; count < 100; count++) {
      site.lab.ping().catch(() => undefined);
      await site.clock.advance(100);
    }
    const made = site.network.attemptsMs.length - before;
    expect([made >= 7, made <= 13]).toEqual([true, true]);
  });

  test("connects at once when it is told that the server is back", async () => {
    await using site = await createSite({ mode: "down", connect: "eager" });
    await site.clock.advance(600_000);
    site.network.mode = "up";
    site.channel.connect();
    await settle();
    await site.clock.advance(0);
    expect(site.channel.state).toBe("ready");
  });

  test("does not hammer a server that takes connections and drops them", async () => {
    await using site = await createSite({ connect: "eager" });
    for (let count = 0; count < 1_000; count++) {
      site.network.opened.at(-1)?.abort();
      await site.clock.advance(10);
    }
    expect(site.network.attemptsMs.length).toBeLessThan(9);
  });

  test("reconnects at once, with the next call, when a connection that worked was lost", async () => {
    await using site = await createSite();
    await site.lab.ping();
    await site.clock.advance(5_000);
    site.network.opened[0]?.abort();
    await settle();
    await site.lab.ping();
    expect(gaps(site.network.attemptsMs)).toEqual([5_000]);
  });

  test("that does not reach its server leaves no timer behind when it is closed", async () => {
    const site = await createSite({ mode: "down", connect: "eager" });
    await site.clock.advance(10_000);
    await site[Symbol.asyncDispose]();
    expect([site.clock.pendingTimers, site.channel.state]).toEqual([0, "closed"]);
  });
});

describe("ready()", () => {
  test("connects, and resolves when calls go through", async () => {
    await using site = await createSite({ mode: "down" });
    let isReady = false;
    const ready = site.channel.ready().then(() => void (isReady = true));
    await site.clock.advance(60_000);
    expect([isReady, site.network.attemptsMs.length > 5]).toEqual([false, true]);
    site.network.mode = "up";
    await site.clock.advance(150_000);
    await ready;
    await site.channel.ready();
    expect(site.channel.state).toBe("ready");
  });

  test("ends with the reason of its signal, or with the channel", async () => {
    await using site = await createSite({ mode: "stuck" });
    const controller = new AbortController();
    const given = errorOf(site.channel.ready(controller.signal));
    const closed = errorOf(site.channel.ready());
    controller.abort("enough");
    expect([await given, await errorOf(site.channel.ready(controller.signal))]).toEqual(["enough", "enough"]);
    void site.channel.close({ graceMs: 0 });
    expect([reasonOf(await closed), reasonOf(await errorOf(site.channel.ready()))]).toEqual([
      "client_closed",
      "client_closed",
    ]);
  });
});

describe("a call that waits for a connection", () => {
  test("goes through once the server can be reached; one that does not wait fails", async () => {
    await using site = await createSite({ mode: "down" });
    const patient = site.lab.echo({ text: "patient" }, { waitForReady: true, timeoutMs: 600_000 });
    const items = collect(site.lab.chat([{ text: "one" }, { text: "two" }], { waitForReady: true }));
    const hasty = errorOf(site.lab.echo({}));
    await site.clock.advance(30_000);
    expect(reasonOf(await hasty)).toBe("connect_failed");
    site.network.mode = "up";
    await site.clock.advance(200_000);
    expect([(await patient).text, (await items).map(({ text }) => text)]).toEqual(["patient", ["one", "two"]]);
  });

  test("waits on when its connections are lost before the server says a word", async () => {
    await using site = await createSite({ mode: "hanging up" });
    const patient = site.lab.echo({ text: "patient" }, { waitForReady: true, timeoutMs: 600_000 });
    const hasty = errorOf(site.lab.echo({}));
    await site.clock.advance(30_000);
    // Nobody can tell what became of it.
    expect(reasonOf(await hasty)).toBe("connection_lost");
    expect(site.network.attemptsMs.length).toBeGreaterThan(2);
    site.network.mode = "up";
    await site.clock.advance(200_000);
    expect((await patient).text).toBe("patient");
  });

  test("waits again when its server sends it away, and is not put on a connection that may come to nothing", async () => {
    const handlers = { echo: (note: Note) => (note.text === "first" ? never() : note) };
    await using site = await createSite({ handlers, serverOptions: { limits: { maxCalls: 1 } } });
    await site.lab.ping();
    const first = errorOf(site.lab.echo({ text: "first" }));
    // There is one place at the server: these wait in line, and GOAWAY finds them there.
    const texts = ["second", "third"];
    const patient = texts.map((text) => site.lab.echo({ text }, { waitForReady: true, timeoutMs: 600_000 }));
    const hasty = errorOf(site.lab.echo({}));
    const cancelling = new AbortController();
    const cancelled = errorOf(site.lab.echo({}, { waitForReady: true, timeoutMs: 600_000, signal: cancelling.signal }));
    await settle();
    site.network.mode = "hanging up";
    const closing = site.server.close({ graceMs: 1_000 });
    await site.clock.advance(30_000);
    await closing;
    expect([reasonOf(await first), reasonOf(await hasty)]).toEqual(["connection_lost", "connection_lost"]);
    cancelling.abort();
    expect(reasonOf(await cancelled)).toBe("cancelled_by_caller");
    const successor = createServer({ environment: site.clock, transports: [site.network.kind] }).add(Lab, echoing);
    await successor.listen("memory:site");
    site.network.mode = "up";
    await site.clock.advance(200_000);
    expect((await Promise.all(patient)).map(({ text }) => text)).toEqual(texts);
    await site.channel.close({ graceMs: 0 });
    await successor.close({ graceMs: 0 });
  });

  test("may be the rule of a channel or of a client, and a call may say no", async () => {
    await using site = await createSite({ mode: "down", waitForReady: true });
    const hasty = errorOf(site.lab.ping({ waitForReady: false }));
    const patient = site.lab.ping();
    await settle();
    expect(reasonOf(await hasty)).toBe("connect_failed");
    site.network.mode = "up";
    await site.clock.advance(20_000);
    await patient;
  });

  test("still ends at its deadline, by its signal, and with its channel", async () => {
    await using site = await createSite({ mode: "down", waitForReady: true });
    const controller = new AbortController();
    const late = errorOf(site.lab.ping({ timeoutMs: 5_000 }));
    const cancelled = errorOf(site.lab.ping({ signal: controller.signal }));
    const closed = errorOf(site.lab.ping());
    await site.clock.advance(4_999);
    controller.abort();
    await site.clock.advance(1);
    expect([reasonOf(await late), reasonOf(await cancelled)]).toEqual(["deadline_passed", "cancelled_by_caller"]);
    await site.channel.close();
    expect(reasonOf(await closed)).toBe("client_closed");
  });

  test("is one of a bounded number", async () => {
    await using site = await createSite({ mode: "stuck", waitForReady: true, limits: { maxWaitingCalls: 2 } });
    const waiting = [errorOf(site.lab.ping()), errorOf(site.lab.ping())];
    const refused = await errorOf(site.lab.ping());
    expect([reasonOf(refused), RpcError.is(refused) && refused.code]).toEqual([
      "too_many_calls",
      Code.resourceExhausted,
    ]);
    void site.channel.close({ graceMs: 0 });
    expect((await Promise.all(waiting)).map(reasonOf)).toEqual(["client_closed", "client_closed"]);
  });

  test("does not begin when nobody reads its items any more", async () => {
    let begun = 0;
    const handlers = { list: () => (begun++, []) };
    await using site = await createSite({ mode: "down", waitForReady: true, handlers });
    const iterator = site.lab.list({})[Symbol.asyncIterator]();
    await iterator.return?.();
    site.network.mode = "up";
    await site.clock.advance(20_000);
    await site.lab.ping();
    expect(begun).toBe(0);
  });
});

describe("a pool", () => {
  test("puts each call on the connection with the fewest, and makes new ones only when all are busy", async () => {
    const peers: string[] = [];
    let isHeld = false;
    await using site = await createSite({
      connections: 3,
      handlers: { echo: (note, { peer }) => (peers.push(peer), isHeld ? never() : note) },
    });
    for (let count = 0; count < 5; count++) await site.lab.echo({});
    expect([site.network.attemptsMs.length, site.channel.connections]).toEqual([1, 1]);
    isHeld = true;
    for (let count = 0; count < 9; count++) {
      site.lab.echo({}).catch(() => undefined);
      await settle();
    }
    expect([site.network.attemptsMs.length, site.channel.connections]).toEqual([3, 3]);
  });

  test("spreads calls evenly, and goes on when one of its connections is lost", async () => {
    await using site = await createSite({ connections: 4, connect: "eager", handlers: { echo: never } });
    await site.clock.advance(5_000);
    const calls = Array.from({ length: 40 }, () => errorOf(site.lab.echo({}, { timeoutMs: 60_000 })));
    await settle();
    site.network.opened[2]?.abort();
    await settle();
    expect([site.channel.state, site.channel.connections]).toEqual(["ready", 3]);
    await site.lab.ping();
    await site.clock.advance(60_000);
    const reasons = (await Promise.all(calls)).map(reasonOf);
    expect(reasons.filter((reason) => reason === "connection_lost")).toHaveLength(10);
    expect(site.channel.connections).toBe(4);
  });

  test.each([0, 65, 1.5])("of %s connections is refused", (connections) => {
    expect(() => createChannel({ target: "memory:x", connections })).toThrow(/whole number from 1 to 64/);
  });

  test("that is neither lazy nor eager is refused", () => {
    expect(() => createChannel({ target: "memory:x", connect: "soon" as "lazy" })).toThrow(/"lazy" or "eager"/);
  });
});

test("a peer whose cable was cut is noticed within keepalive and timeout while calls are open", async () => {
  const clock = createStoppedClock();
  const network = createScriptedTransport(clock);
  const cuts: (() => void)[] = [];
  const kind = {
    ...network.kind,
    async connect(...given: Parameters<typeof network.kind.connect>): Promise<Transport> {
      const hole = blackHole(await network.kind.connect(...given));
      cuts.push(hole.cut);
      return hole;
    },
  };
  const server = createServer({ environment: clock, transports: [network.kind] }).add(Lab, {
    ...echoing,
    echo: never,
  });
  await server.listen("memory:cut");
  const channel = createChannel({ target: "memory:cut", environment: clock, transports: [kind] });
  const lab = createClient(Lab, { channel });
  await lab.ping();
  const lost = errorOf(lab.echo({}, { timeoutMs: 600_000 }));
  await clock.advance(60_000);
  for (const cut of cuts) cut();
  const cutMs = clock.now();
  let noticedMs = Infinity;
  void lost.then(() => void (noticedMs = clock.now()));
  await clock.advance(31_000);
  expect([reasonOf(await lost), noticedMs - cutMs <= 30_000]).toEqual(["connection_lost", true]);
  await lab.ping();
  void channel.close({ graceMs: 0 });
  void server.close({ graceMs: 0 });
  await clock.advance(5_000);
});

test("a server that finds pings too many is pinged half as often afterwards", async () => {
  const clock = createStoppedClock();
  const network = createScriptedTransport(clock);
  const pings: number[][] = [];
  const option = encodeOption(createOption([1, 2], initialPeerLimits, undefined));
  const scold = frame({
    kind: FrameKind.goaway,
    sequence: 1,
    header: new HeaderWriter().number(0x0a, GoawayCode.tooManyPings).finish(),
  });
  const listener = await network.kind.listen(
    { scheme: "memory", name: "ping", text: "memory:ping" } as never,
    (peer) => {
      const times: number[] = [];
      pings.push(times);
      peer.start({
        onData(bytes) {
          if (bytes[3] !== FrameKind.ping || bytes[0] !== 0x3b) return;
          times.push(clock.now());
          peer.write(scold);
          peer.close();
        },
        onDrain: () => undefined,
        onClose: () => undefined,
      });
      peer.write(option);
    },
  );
  const channel = createChannel({ target: "memory:ping", environment: clock, transports: [network.kind] });
  const lab = createClient(Lab, { channel });
  const waits: number[] = [];
  for (let round = 0; round < 3; round++) {
    const startMs = clock.now();
    const lost = errorOf(lab.echo({}, { timeoutMs: 600_000 }));
    await clock.advance(100_000);
    expect(reasonOf(await lost)).toBe("connection_lost");
    waits.push((pings.at(-1)?.[0] ?? NaN) - startMs);
  }
  expect(waits.map((wait) => Math.round(wait / 1_000))).toEqual([20, 40, 80]);
  void channel.close({ graceMs: 0 });
  await clock.advance(5_000);
  await listener.close();
});

describe("servers that take turns", () => {
  test("fail no call of any kind, and run none twice", async () => {
    const ran = new Map<string, number>();
    const note = (text: string): void => void ran.set(text, (ran.get(text) ?? 0) + 1);
    const handlers: Partial<LabHandlers> = {
      echo: (request) => (note(request.text), request),
      *list({ text }) {
        note(text);
        for (let count = 0; count < 20; count++) yield { count };
      },
      async sum(notes) {
        let count = 0;
        let name = "";
        for await (const each of notes) {
          name ||= each.text;
          count++;
        }
        note(name);
        return { count };
      },
      async *chat(notes) {
        let isFirst = true;
        for await (const each of notes) {
          if (isFirst) note(each.text);
          isFirst = false;
          yield each;
        }
      },
    };
    const name = "memory:turns-of-all";
    const start = async (): Promise<Server> => {
      const server = createServer().add(Lab, { ...echoing, ...handlers });
      await server.listen(name);
      return server;
    };
    let current = await start();
    await using channel = createChannel({ target: name });
    const lab = createClient(Lab, { channel });
    let isRunning = true;
    let calls = 0;
    const items = (text: string): { text: string }[] => Array.from({ length: 10 }, () => ({ text }));
    const kinds: ((text: string) => Promise<number>)[] = [
      async (text) => (await lab.echo({ text })).text.length,
      async (text) => (await collect(lab.list({ text, count: 20 }))).length,
      async (text) => (await lab.sum(items(text))).count,
      async (text) => (await collect(lab.chat(items(text)))).length,
    ];
    const worker = async (_: unknown, index: number): Promise<void> => {
      while (isRunning) {
        const text = `call-${calls++}`;
        const kind = kinds[index % kinds.length] as (text: string) => Promise<number>;
        expect(await kind(text)).toBe([text.length, 20, 10, 10][index % 4]);
      }
    };
    const workers = Array.from({ length: 24 }, worker);
    for (let turn = 0; turn < 15; turn++) {
      const before = calls;
      while (calls < before + 200) await settle();
      const old = current.close();
      current = await start();
      await old;
    }
    isRunning = false;
    await Promise.all(workers);
    expect([...ran.values()].filter((count) => count !== 1)).toEqual([]);
    expect(ran.size).toBe(calls);
    await current.close();
  });
});

test("an interceptor of streams that never goes on does not outlive the deadline or the signal", async () => {
  const stuck = { name: "stuck", stream: () => ({ [Symbol.asyncIterator]: () => ({ next: never }) }) };
  await using site = await createSite({ interceptors: [stuck] });
  const controller = new AbortController();
  const late = [
    errorOf(collect(site.lab.list({}, { timeoutMs: 1_000 }))),
    errorOf(collect(site.lab.chat([], { timeoutMs: 1_000 }))),
    errorOf(site.lab.sum([], { timeoutMs: 1_000 })),
  ];
  const cancelled = [
    errorOf(collect(site.lab.list({}, { signal: controller.signal }))),
    errorOf(site.lab.sum([], { signal: controller.signal })),
  ];
  await settle();
  controller.abort();
  await site.clock.advance(1_000);
  expect((await Promise.all(late)).map(reasonOf)).toEqual(["deadline_passed", "deadline_passed", "deadline_passed"]);
  expect((await Promise.all(cancelled)).map(reasonOf)).toEqual(["cancelled_by_caller", "cancelled_by_caller"]);
  const gone = collect(site.lab.list({}, { signal: controller.signal }));
  expect(reasonOf(await errorOf(gone))).toBe("cancelled_by_caller");
});
