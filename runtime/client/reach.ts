import type { InstanceView } from "../discovery/instance-view.ts";
import type { ChannelOptions, CheckedChannelOptions } from "./channel-options.ts";
import type { ChannelState } from "./channel-state.ts";
import { createCluster } from "./cluster.ts";
import { type Reach, SoleReach } from "./sole-reach.ts";
import { createSource } from "./resolve.ts";

const nothingKnown: InstanceView = Object.freeze({
  instances: Object.freeze([]),
  origin: "none",
  ageMs: Infinity,
  isStale: true,
  held: 0,
  skipped: 0,
});

/** @throws TypeError or RangeError at once for a target, or options, that cannot work */
export function createReach(
  channel: CheckedChannelOptions,
  options: ChannelOptions,
  onState: (state: ChannelState, previous: ChannelState) => void,
): Reach {
  if (channel.site !== undefined) return new SoleReach(channel, channel.site, onState);
  const source = createSource(channel, options);
  const cluster = createCluster({ channel, source, options, onState });
  const view = (): InstanceView => source.view() ?? nothingKnown;
  return { pool: cluster, picker: cluster.picker, connection: noSingle, endpoint: undefined, view };
}

function noSingle(): never {
  throw new TypeError("A channel with several endpoints has no connection that is the only one.");
}
