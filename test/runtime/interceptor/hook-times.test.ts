import { expect, test } from "vitest";
import { systemEnvironment } from "../../../runtime/environment/system.ts";
import type { ClientInterceptor, ServerInterceptor } from "../../../runtime/index.ts";
import type { Note } from "../fixture/lab.ts";
import { createWorld } from "../fixture/world.ts";

interface Times {
  readonly startedMs: number;
  readonly endedMs: number;
}

/** A clock that goes on by a millisecond whenever somebody looks at it, and else only when told to. */
function lookedAt() {
  let nowMs = 0;
  const environment = { ...systemEnvironment, now: () => ++nowMs };
  return { environment, pass: (ms: number) => void (nowMs += ms) };
}

/** The plugin of a side that notes when calls began and ended, by the clock that plugins have. */
function noting<I extends ClientInterceptor | ServerInterceptor>() {
  const times: Times[] = [];
  const plugin = {
    name: "noting",
    setup(kernel: { readonly environment: { now(): number }; addInterceptor(interceptor: I): void }) {
      const settled = ({ startedMs }: { readonly startedMs: number }): void =>
        void times.push({ startedMs, endedMs: kernel.environment.now() });
      kernel.addInterceptor({ name: "noting", settled } as unknown as I);
    },
  };
  return { plugin, times };
}

/** Calls that leave in one piece. */
const several = <T>(call: () => Promise<T>): Promise<T[]> => Promise.all(Array.from({ length: 5 }, call));

test("at a server, a call begins when the one before it in the turn has ended, unless that still runs", async () => {
  const { environment, pass } = lookedAt();
  const { plugin, times } = noting<ServerInterceptor>();
  const work = (note: Note): Note => {
    pass(100);
    return note;
  };
  await using world = await createWorld({
    server: { environment, plugins: [plugin] },
    handlers: { echo: work, quick: async (note) => work(note) },
  });
  await world.lab.ping();
  times.length = 0;

  await several(() => world.lab.echo({}));
  expect(times.slice(1).map(({ startedMs }) => startedMs)).toEqual(times.slice(0, -1).map(({ endedMs }) => endedMs));
  for (const { startedMs, endedMs } of times) expect(endedMs - startedMs).toBeGreaterThan(100);

  times.length = 0;
  // Of these the first ends in its turn, and those after it do not.
  await Promise.all([world.lab.echo({}), several(() => world.lab.quick({}, { timeoutMs: 10_000 }))]);
  expect((times[1] as Times).startedMs).toBe((times[0] as Times).endedMs);
  const begun = times.slice(1).map(({ startedMs }) => startedMs);
  for (const [index, startedMs] of begun.slice(1).entries()) {
    expect(startedMs - (begun[index] as number)).toBeGreaterThan(100);
  }
});

test("at a server, a call of a later turn begins later", async () => {
  const { environment, pass } = lookedAt();
  const { plugin, times } = noting<ServerInterceptor>();
  await using world = await createWorld({ server: { environment, plugins: [plugin] } });
  await world.lab.ping();
  pass(1_000);
  await world.lab.ping();
  expect(times).toHaveLength(2);
  expect((times[1] as Times).startedMs - (times[0] as Times).endedMs).toBeGreaterThanOrEqual(1_000);
});

test("at a client, calls ended when the turn began in which their replies came", async () => {
  const { environment, pass } = lookedAt();
  const { plugin, times } = noting<ClientInterceptor>();
  await using world = await createWorld({ client: { environment, plugins: [plugin] } });
  await world.lab.ping();
  times.length = 0;

  const replies = several(() => world.lab.echo({}));
  pass(50);
  await replies;
  const ended = times.map(({ endedMs }) => endedMs);
  expect(ended).toEqual(ended.map(() => ended[0]));
  for (const { startedMs, endedMs } of times) expect(endedMs - startedMs).toBeGreaterThanOrEqual(50);
});

test("at a client, no call ended before it began, also when it ended in the turn in which it was made", async () => {
  const { environment, pass } = lookedAt();
  const { plugin, times } = noting<ClientInterceptor>();
  await using world = await createWorld({ client: { environment, plugins: [plugin] } });
  await world.lab.ping();
  times.length = 0;

  const first = world.lab.track({});
  pass(10);
  await Promise.all([first, world.lab.track({})]);
  expect(times).toHaveLength(2);
  for (const { startedMs, endedMs } of times) expect(endedMs).toBeGreaterThanOrEqual(startedMs);
});
