import type { HangReport } from "./client.ts";
import { keepalive, type Line, type Stage } from "./stage.ts";

/** What a scenario found out by itself: times in milliseconds. */
export interface Times {
  /** From the fault to the end of a call that it hit. */
  noticedMs?: number;
  /** From the end of the fault to the first call that was answered. */
  recoveredMs?: number;
}

/** One kind of fault under load. */
export interface Scenario {
  readonly name: string;
  /** Calls wait for a connection, and none may fail. */
  readonly mustNotFail?: boolean;
  run(stage: Stage): Promise<Times | void>;
}

/** Outcomes of each client between two faults. */
const between = 40;

async function everyLine(stage: Stage, action: (line: Line) => Promise<unknown>): Promise<void> {
  await Promise.all(stage.lines.map(action));
}

/** Breaks a line that has a call on it, mends it when the call has ended, and takes the times. */
export async function breakAndMend(line: Line, fault: () => unknown, mend: () => unknown): Promise<Times> {
  const hanging = line.client.request<HangReport>("hang");
  await line.client.request("outcomes", between);
  await fault();
  const brokenMs = Date.now();
  const { atMs } = await hanging;
  await mend();
  const mendedMs = Date.now();
  const answeredMs = await line.client.request<number>("untilSuccess");
  return { noticedMs: atMs - brokenMs, recoveredMs: answeredMs - mendedMs };
}

/** Where a fault needs only one. */
export function first(stage: Stage): Line {
  const [line] = stage.lines;
  if (line === undefined) throw new Error("A stage has at least one line.");
  return line;
}

/** @param rounds how often what is short happens again */
export function scenarios(rounds: number): readonly Scenario[] {
  return [
    {
      name: "connections are reset",
      run: (stage) => repeat(rounds, () => everyLine(stage, (line) => hit(line, () => line.proxy.reset()))),
    },
    {
      name: "connections are cut",
      run: (stage) => repeat(rounds, () => everyLine(stage, (line) => hit(line, () => line.proxy.cut()))),
    },
    {
      name: "nothing comes from the server",
      run: (stage) => partition(first(stage), "to_client"),
    },
    {
      name: "nothing reaches the server",
      run: (stage) => partition(first(stage), "to_server"),
    },
    {
      name: "nobody listens",
      async run(stage) {
        const { client, proxy } = first(stage);
        await proxy.refuse();
        proxy.reset();
        await client.request("outcomes", between);
        await proxy.heal();
        const mendedMs = Date.now();
        return { recoveredMs: (await client.request<number>("untilSuccess")) - mendedMs };
      },
    },
    {
      name: "a server stops (SIGSTOP) and goes on",
      run(stage) {
        const line = first(stage);
        return breakAndMend(
          line,
          () => line.server.kill("SIGSTOP"),
          () => line.server.kill("SIGCONT"),
        );
      },
    },
    {
      name: "a server is killed (SIGKILL) and started again",
      run(stage) {
        const line = first(stage);
        return breakAndMend(
          line,
          () => line.server.kill("SIGKILL"),
          () => line.restart(),
        );
      },
    },
    {
      name: "slow, late, in small pieces",
      mustNotFail: true,
      async run(stage) {
        let seed = 1;
        const random = (): number => (seed = (Math.imul(seed, 48_271) + 11) >>> 0) / 2 ** 32;
        for (const { proxy } of stage.lines)
          proxy.faults = { delayMs: () => random() * 30, maxPieceBytes: 7, bytesPerMs: 200 };
        await everyLine(stage, ({ client }) => client.request("outcomes", between * 2));
        for (const { proxy } of stage.lines) proxy.faults = {};
      },
    },
    {
      name: "servers are replaced one after the other",
      mustNotFail: true,
      run: (stage) =>
        repeat(rounds, async () => {
          for (const line of stage.lines) {
            const old = line.server;
            // As the port of a server that stops: nobody listens until the next one does.
            await line.proxy.refuse();
            await old.request("drain");
            await old.stop();
            await line.restart();
            await line.proxy.heal();
            await line.client.request("untilSuccess");
          }
        }),
    },
  ];
}

async function hit(line: Line, fault: () => void): Promise<void> {
  await line.client.request("outcomes", between);
  fault();
}

function partition(line: Line, direction: "to_server" | "to_client"): Promise<Times> {
  return breakAndMend(
    line,
    () => line.proxy.blackHole(direction),
    () => line.proxy.heal(),
  );
}

async function repeat(times: number, action: () => Promise<void>): Promise<void> {
  for (let time = 0; time < times; time++) await action();
}

/** What times are held to in the report. */
export const timeMarks: Required<Times> & { readonly lateMs: number } = {
  noticedMs: keepalive.keepaliveMs + keepalive.keepaliveTimeoutMs + 1_000,
  recoveredMs: 2_000,
  lateMs: 100,
};
