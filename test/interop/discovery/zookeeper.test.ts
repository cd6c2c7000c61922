import { zookeeper } from "../../../runtime/discovery/zookeeper/zookeeper.ts";
import { faultsAlone, faultsTogether } from "./fixture/faults.ts";
import { faultsOfKernel } from "./fixture/kernel.ts";
import { describeDiscovery } from "./fixture/world.ts";

const ttlMs = 1_500;
const shared = zookeeper({ sessionMs: ttlMs, connectLimitMs: 1_000, graceMs: 1_000 });

describeDiscovery(
  "zookeeper",
  { engine: () => shared, ttlMs },
  {
    alone: (worldTest) => faultsAlone(worldTest, ttlMs),
    together: (worldTest) => {
      faultsTogether(worldTest, "zookeeper", ttlMs);
      faultsOfKernel(worldTest, "zookeeper");
    },
  },
);
