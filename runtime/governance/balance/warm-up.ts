import type { Endpoint } from "../../discovery/endpoint.ts";
import type { Instance } from "../../discovery/instance.ts";
import type { Environment } from "../../environment/environment.ts";
import type { Balancer, BalancerKind } from "../balancer.ts";

/** Settings of {@link warmUp}. */
export interface WarmUpOptions {
  /** Milliseconds from the start of an instance to its full share. Default: 30,000. */
  readonly windowMs?: number | undefined;
  /** Part of its weight that an instance has from the start, above 0 to 1. Default: 0.1, as Envoy has it. */
  readonly floor?: number | undefined;
}

/**
 * Lets instances that have just started get their share little by little: caches are empty, code is not compiled yet. Counts from
 * {@link Instance.startedAtMs}; instances that do not say when they started have their full share. Part of the default.
 *
 * @param inner what balances, by the weights that are given here
 * @throws RangeError for options that cannot work
 */
export function warmUp(inner: BalancerKind, options: WarmUpOptions = {}): BalancerKind {
  const { windowMs = 30_000, floor = 0.1 } = options;
  if (!(windowMs > 0 && windowMs <= 3_600_000)) {
    throw new RangeError(`windowMs is ${String(windowMs)}; expected milliseconds above 0, up to an hour.`);
  }
  if (!(floor > 0 && floor <= 1)) throw new RangeError(`floor is ${String(floor)}; expected a part above 0, up to 1.`);
  return Object.freeze<BalancerKind>({
    name: inner.name,
    create: (scope) => new WarmUp(inner.create(scope), { environment: scope.environment, windowMs, floor }),
  });
}

interface Settings {
  readonly environment: Environment;
  readonly windowMs: number;
  readonly floor: number;
}

/** Weights are computed again this often while somebody is warming up. */
const stepMs = 500;

/** An endpoint with the weight that it has for now. */
class WarmEndpoint implements Endpoint {
  readonly real: Endpoint;
  readonly id: string;
  readonly address: string;
  readonly seenMs: number;
  weight: number;

  constructor(real: Endpoint, seenMs: number) {
    this.real = real;
    this.id = real.id;
    this.address = real.address;
    this.seenMs = seenMs;
    this.weight = real.weight;
  }

  get instance(): Instance {
    return this.real.instance;
  }

  get callsInProgress(): number {
    return this.real.callsInProgress;
  }

  get isAvailable(): boolean {
    return this.real.isAvailable;
  }
}

class WarmUp implements Balancer {
  private readonly inner: Balancer;
  private readonly settings: Settings;
  private views: Map<Endpoint, WarmEndpoint>;
  private nextStepMs: number;

  constructor(inner: Balancer, settings: Settings) {
    this.inner = inner;
    this.settings = settings;
    this.views = new Map();
    this.nextStepMs = Infinity;
  }

  update(endpoints: readonly Endpoint[]): void {
    const earlier = this.views;
    const nowMs = this.settings.environment.now();
    this.views = new Map(
      endpoints.map((endpoint) => [endpoint, earlier.get(endpoint) ?? new WarmEndpoint(endpoint, nowMs)]),
    );
    this.weigh(nowMs);
  }

  pick(...[call, tried]: Parameters<Balancer["pick"]>): Endpoint | undefined {
    if (this.nextStepMs !== Infinity) {
      const nowMs = this.settings.environment.now();
      if (nowMs >= this.nextStepMs) this.weigh(nowMs);
    }
    const views = tried.length === 0 ? tried : tried.map((endpoint) => this.views.get(endpoint) ?? endpoint);
    return (this.inner.pick(call, views) as WarmEndpoint | undefined)?.real;
  }

  done(...[endpoint, outcome]: Parameters<NonNullable<Balancer["done"]>>): void {
    this.inner.done?.(this.views.get(endpoint) ?? endpoint, outcome);
  }

  private weigh(nowMs: number): void {
    let isWarming = false;
    for (const view of this.views.values()) {
      const share = this.shareOf(view, nowMs);
      view.weight = view.real.weight * share;
      isWarming ||= share < 1;
    }
    this.nextStepMs = isWarming ? nowMs + stepMs : Infinity;
    this.inner.update(Object.freeze([...this.views.values()]));
  }

  /** The clocks of two machines differ: time since it was first seen counts as well. */
  private shareOf({ real, seenMs }: WarmEndpoint, nowMs: number): number {
    const { startedAtMs } = real.instance;
    const { environment, windowMs, floor } = this.settings;
    if (startedAtMs === undefined) return 1;
    const ageMs = Math.max(environment.wallClock() - startedAtMs, nowMs - seenMs);
    return Math.min(1, Math.max(floor, ageMs / windowMs));
  }
}
