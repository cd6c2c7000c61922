import type { ChannelOptions, CheckedChannelOptions } from "./channel-options.ts";
import type { ChannelState } from "./channel-state.ts";
import { type Reach, SoleReach } from "./sole-reach.ts";

/** Takes the place of `reach.ts` in bundles for a browser. @throws TypeError for a target that is not one address */
export function createReach(
  channel: CheckedChannelOptions,
  { target }: ChannelOptions,
  onState: (state: ChannelState, previous: ChannelState) => void,
): Reach {
  if (channel.site !== undefined) return new SoleReach(channel, channel.site, onState);
  throw new TypeError(`${target} names several servers; a page calls one, whatever stands behind it.`);
}
