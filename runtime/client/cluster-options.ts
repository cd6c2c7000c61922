import type { BalancerKind } from "../governance/balancer.ts";
import type { DetectorKind } from "../governance/detector.ts";
import type { Router } from "../governance/router.ts";

/** Settings of a channel whose target has several endpoints. Without effect for a single address. */
export interface ClusterOptions {
  /** How calls are spread. Default: `p2c()`, by latency and load. */
  readonly balancer?: BalancerKind | undefined;
  /** Which endpoints a call may go to. Default: all. */
  readonly router?: Router | undefined;
  /** What finds endpoints that should get no calls for a while. Default: none; those that cannot be connected to are passed over in any case. */
  readonly detectors?: readonly DetectorKind[] | undefined;
}
