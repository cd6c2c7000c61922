import { redis } from "../../../runtime/discovery/redis/redis.ts";
import { faultsAlone, faultsTogether } from "./fixture/faults.ts";
import { faultsOfKernel } from "./fixture/kernel.ts";
import { describeDiscovery } from "./fixture/world.ts";

const ttlMs = 1_000;
const shared = redis({ pollMs: 300, connectLimitMs: 1_000, graceMs: 1_000 });

describeDiscovery(
  "redis",
  { engine: () => shared, ttlMs },
  {
    alone: (worldTest) => faultsAlone(worldTest, ttlMs),
    together: (worldTest) => {
      faultsTogether(worldTest, "redis", ttlMs);
      faultsOfKernel(worldTest, "redis");
    },
  },
);
