import { setTimeout as pause } from "node:timers/promises";
import type { Cluster } from "./cluster.js";
import { capacityOf, load } from "./load.js";
import { type Summary, summarise } from "./sample.js";

/** Something that should hold in a phase, and whether it did. */
export interface Finding {
  readonly text: string;
  readonly holds: boolean;
}

/** What a phase is run with. */
export interface Stage {
  readonly cluster: Cluster;
  /** Lets the load go on for the time that the phase has. @returns what was seen meanwhile */
  watch(part?: number): Promise<Summary>;
  /** Waits until an instance gets calls again, ten seconds at most. */
  untilCalled(instance: string): Promise<Finding>;
}

/** One fault, from before it until it is mended. */
export interface Phase {
  readonly name: (cluster: Cluster) => string;
  /** More calls than can be answered: most of the others are refused, and some come too late. */
  readonly isTooMuch?: boolean;
  /** @returns what else should hold than that no call fails */
  run(stage: Stage): Promise<readonly Finding[]>;
}

/** What happens, in this order. */
export const phases: readonly Phase[] = [
  {
    name: () => "all is well",
    async run({ cluster, watch }) {
      const seen = await watch();
      return [{ text: "every instance has its share", holds: areAllCalled(cluster, seen) }];
    },
  },
  {
    name: () => "i2 killed (-9)",
    async run({ cluster, watch, untilCalled }) {
      await cluster.end("i2", "SIGKILL");
      await watch();
      await cluster.restart("i2");
      return [await untilCalled("i2")];
    },
  },
  {
    name: () => "i3 100 times slower",
    async run({ cluster, watch, untilCalled }) {
      cluster.slowDown("i3", 100);
      const share = (await watch()).share("i3");
      cluster.slowDown("i3", 1);
      return [{ text: `i3 had ${percent(share)}, under 10 %`, holds: share < 0.1 }, await untilCalled("i3")];
    },
  },
  {
    name: () => "i4 drained (SIGTERM)",
    async run({ cluster, watch, untilCalled }) {
      const code = await cluster.end("i4", "SIGTERM");
      await watch(0.5);
      await cluster.restart("i4");
      return [{ text: `it ended with code ${code}`, holds: code === 0 }, await untilCalled("i4")];
    },
  },
  {
    name: () => "i5 cut off",
    async run({ cluster, watch, untilCalled }) {
      cluster.proxy.blackHole();
      await watch();
      await cluster.proxy.heal();
      return [await untilCalled("i5")];
    },
  },
  {
    name: ({ registry }) => registry.loss,
    async run({ cluster, watch, untilCalled }) {
      const { isRedundant } = cluster.registry;
      await cluster.registry.kill();
      const seen = await watch();
      if (!isRedundant) await cluster.registry.restart();
      await cluster.end("i1", "SIGTERM");
      await cluster.restart("i1");
      const found = await untilCalled("i1");
      if (isRedundant) await cluster.registry.restart();
      return [{ text: "everyone was still called", holds: areAllCalled(cluster, seen) }, found];
    },
  },
  {
    name: () => `overload, ${load.overload.toLocaleString("en")}/s`,
    isTooMuch: true,
    async run({ cluster, watch }) {
      const capacity = capacityOf(cluster.instances.length);
      cluster.setRate(load.overload);
      await pause(500);
      const seen = await watch();
      cluster.setRate(load.usual);
      await pause(500);
      return [
        {
          text: `${percent(seen.goodput / capacity)} of what they can do, more than before`,
          holds: seen.goodput > load.usual,
        },
        { text: "the rest refused", holds: seen.refused > 0 },
      ];
    },
  },
  {
    name: () => "all is well again",
    async run({ cluster, watch, untilCalled }) {
      for (const instance of cluster.instances) await untilCalled(instance);
      const seen = await watch();
      return [{ text: "every instance has its share", holds: areAllCalled(cluster, seen) }];
    },
  },
];

/** Nobody is left out: a tenth of an even share at least. */
function areAllCalled({ instances }: Cluster, seen: Summary): boolean {
  return instances.every((instance) => seen.share(instance) > 0.1 / instances.length);
}

export function percent(part: number): string {
  return `${Math.round(part * 100)} %`;
}

const backLimitMs = 10_000;
const settleMs = 300;

/** What phases of so many seconds are run with. */
export function createStage(cluster: Cluster, seconds: number): Stage {
  return {
    cluster,
    async watch(part = 1) {
      const fromMs = Date.now();
      await pause(seconds * part * 1_000);
      return summarise(cluster.samples, fromMs, Date.now());
    },
    async untilCalled(instance) {
      const beganMs = Date.now();
      // What was held back while it could not be reached is no sign that it is called.
      await pause(settleMs);
      const fromMs = Date.now();
      const limitMs = fromMs + backLimitMs;
      const share = (): number =>
        summarise(cluster.samples, Math.max(fromMs, Date.now() - 500), Infinity).share(instance);
      while (share() < 0.05 && Date.now() < limitMs) await pause(50);
      const isBack = share() >= 0.05;
      const after = `${((Date.now() - beganMs) / 1_000).toFixed(1)} s`;
      return {
        text: isBack ? `${instance} back after ${after}` : `${instance} not back after ${after}`,
        holds: isBack,
      };
    },
  };
}
