import { connect, createServer as createListener, type Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { createClient, createServer, type ServerOptions } from "../../../runtime/index.ts";
import { createFleet } from "../client/fleet.ts";
import { Lab, type Note } from "../fixture/lab.ts";
import { createSignal, echoing } from "../fixture/world.ts";

interface Middle {
  readonly address: string;
  /** Where connections lead that are made from now on. */
  port: number;
  /** Holds the next bytes for the client until an end that follows them is known. @param then done right after they are passed on, before anybody reads */
  holdOnce(then: readonly (() => void)[]): void;
  close(): void;
}

/** Stands between, and like many such programs closes both sides wholly as soon as one of them has closed. */
async function createMiddle(port: number): Promise<Middle> {
  const sockets = new Set<Socket>();
  let onHeld: readonly (() => void)[] | undefined;

  function join(client: Socket): void {
    const server = connect({ host: "127.0.0.1", port: middle.port, noDelay: true });
    let held: Uint8Array[] = [];
    let hasEnded = false;

    function pass(): void {
      for (const bytes of held) client.write(bytes);
      held = [];
      if (hasEnded) client.destroy();
    }

    for (const socket of [client, server]) sockets.add(socket.on("error", () => undefined));
    client.on("data", (bytes) => void server.write(bytes)).on("close", () => server.destroy());
    server.on("end", () => (hasEnded = true)).on("close", () => void (onHeld === undefined && pass()));
    server.on("data", (bytes) => {
      held.push(bytes);
      if (onHeld === undefined) return pass();
      if (held.length > 1) return;
      // Some turns later, so that an end which follows the bytes is known as well.
      turns(5, () => {
        const then = onHeld ?? [];
        onHeld = undefined;
        for (const action of [pass, ...then]) setImmediate(action);
      });
    });
  }

  const listener = createListener({ noDelay: true }, join);
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const middle: Middle = {
    address: `tcp://127.0.0.1:${(listener.address() as { port: number }).port}`,
    port,
    holdOnce: (then) => void (onHeld = then),
    close() {
      for (const socket of sockets) socket.destroy();
      listener.close();
    },
  };
  return middle;
}

function turns(count: number, then: () => void): void {
  if (count === 0) then();
  else setImmediate(() => turns(count - 1, then));
}

const portOf = (address: string): number => Number(address.split(":").at(-1));

test("a drain loses no call of a client that writes before it reads, behind a middle that closes both directions at once", async () => {
  const entered = createSignal();
  const release = createSignal();
  const old = createServer().add(Lab, {
    ...echoing,
    async echo(note): Promise<Note> {
      entered.resolve();
      await release.promise;
      return note;
    },
  });
  const middle = await createMiddle(portOf(await old.listen("tcp://127.0.0.1:0")));
  await using next = createServer().add(Lab, echoing);
  const nextPort = portOf(await next.listen("tcp://127.0.0.1:0"));
  const client = createClient(Lab, { target: middle.address, waitForReady: true });
  const accepted = client.echo({ text: "accepted" });
  await entered.promise;
  const later: Promise<Note>[] = [];
  const called = createSignal();
  // Its client, which has the reply and the goodbye before it and has read neither, calls on: a write for each call.
  const call = (): void => void later.push(client.echo({ text: "later" }));
  middle.holdOnce([call, call, call, called.resolve]);
  middle.port = nextPort;
  const closing = old.close({ graceMs: 10_000 });
  release.resolve();
  await called.promise;
  expect((await accepted).text).toBe("accepted");
  expect((await Promise.all(later)).map(({ text }) => text)).toEqual(["later", "later", "later"]);
  await closing;
  await client.close();
  middle.close();
});

describe("one-way calls that cross the goodbye of a server that closes", () => {
  const hour = 3_600_000;

  test.each([
    ["at once", (): ServerOptions => ({})],
    [
      "when a hook has let them in",
      (sleep: () => Promise<void>): ServerOptions => ({ authorize: () => sleep().then(() => true) }),
    ],
    [
      "when their caller is known",
      (sleep: () => Promise<void>): ServerOptions => ({
        authenticate: () => sleep().then(() => ({ id: "ann" })),
        authorize: () => true,
      }),
    ],
  ])("run %s, to their end, and the server waits for them", async (_, options) => {
    const told: string[] = [];
    const sleep = (): Promise<void> => new Promise((resolve) => void fleet.environment.setTimer(1_000, resolve));
    const fleet = await createFleet({
      count: 1,
      server: options(sleep),
      handlers: () => ({
        async track({ text }, context) {
          context.signal.addEventListener("abort", () => void told.push(`${text} was told to stop`));
          told.push(text);
          await sleep();
          told.push(`${text} is done`);
        },
      }),
    });
    // The connection stands: a caller need not be known for that.
    fleet.channel.connect();
    await fleet.environment.advanceAsync(10);
    const closing = fleet.servers[0]?.close({ graceMs: hour }).then(() => void told.push("closed"));
    await fleet.run(Promise.all([fleet.lab.track({ text: "a" }), fleet.lab.track({ text: "b" })]));
    await fleet.run(closing as Promise<void>);
    expect(told).toEqual(["a", "b", "a is done", "b is done", "closed"]);
    await fleet[Symbol.asyncDispose]();
  });

  test("run over a socket, which its client has closed by then", async () => {
    const told: string[] = [];
    const entered = createSignal();
    const release = createSignal();
    const server = createServer().add(Lab, {
      ...echoing,
      async track(note, context) {
        entered.resolve();
        await release.promise;
        told.push(note.text, context.signal.aborted ? "told to stop" : "done");
      },
    });
    const client = createClient(Lab, { target: await server.listen("tcp://127.0.0.1:0") });
    await client.ping();
    const closing = server.close({ graceMs: hour }).then(() => void told.push("closed"));
    await client.track({ text: "crossing" });
    await entered.promise;
    await client.close();
    release.resolve();
    await closing;
    expect(told).toEqual(["crossing", "done", "closed"]);
  });
});
