import type { BalancerKind } from "../governance/balancer.ts";
import type { DetectorKind } from "../governance/detector.ts";
import type { DiscoveryOptions } from "../discovery/instance-view.ts";
import type { Resolver } from "../discovery/resolver.ts";
import type { Router } from "../governance/router.ts";

/** Settings of a channel whose target has several endpoints. Without effect for a single address. */
export interface ClusterOptions {
  /** What finds instances, by the scheme of the target, before `dns` and `file` that are built in: `[etcd()]`. Default: none. */
  readonly resolvers?: readonly Resolver[] | undefined;
  /** How the channel treats what a registry says. */
  readonly discovery?: DiscoveryOptions | undefined;
  /** How calls are spread. Default: `warmUp(p2c())`, by latency and load, instances that have just started little by little. */
  readonly balancer?: BalancerKind | undefined;
  /** Which endpoints a call may go to. Default: `routing()`, those that `@group` and `@route` of the schema allow. */
  readonly router?: Router | undefined;
  /** What finds endpoints that should get no calls for a while. Default: none; those that cannot be connected to are passed over in any case. */
  readonly detectors?: readonly DetectorKind[] | undefined;
}
