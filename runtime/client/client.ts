import type { Invoker, ServiceClient, ServiceType } from "../call/method-type.ts";
import { mustBe } from "../errors/wrong-value.ts";
import { type Channel, createChannel } from "./channel.ts";
import type { CallDefaults, ChannelOptions } from "./channel-options.ts";

/** A client over a channel that others use too. The channel is closed by whoever made it. */
export interface SharedChannelOptions extends CallDefaults {
  readonly channel: Channel;
}

/** What {@link createClient} takes: a target of its own, or a shared channel. */
export type ClientOptions = ChannelOptions | SharedChannelOptions;

/**
 * Makes a client of a service.
 *
 * ```ts
 * const users = createClient(Users, { target: "tcp://127.0.0.1:9000" });
 * const user = await users.get({ id: 7n });
 * ```
 *
 * Nothing is connected before the first call. `close()` ends the client's own channel; a shared one stays open.
 * @throws TypeError or RangeError at once for options that cannot work
 */
export function createClient<Client extends ServiceClient, Handlers>(
  service: ServiceType<Client, Handlers>,
  options: ClientOptions,
): Client {
  return bindClient(service, options, createChannel);
}

/** As {@link createClient}, over channels of another make. */
export function bindClient<Client extends ServiceClient, Handlers>(
  service: ServiceType<Client, Handlers>,
  options: ClientOptions,
  open: (options: ChannelOptions) => Channel,
): Client {
  checkService(service);
  if ("channel" in options) return sharedClient(service, options);
  const channel = open(options);
  return clientOf(service, channel.invoker(undefined, service), () => channel.close());
}

function sharedClient<Client, Handlers>(
  service: ServiceType<Client, Handlers>,
  { channel, ...settings }: SharedChannelOptions,
): Client {
  if (typeof channel?.invoker !== "function") {
    throw new TypeError(mustBe('The option "channel"', "a channel, as createChannel({ target }) makes one", channel));
  }
  return clientOf(service, channel.invoker(settings, service), () => Promise.resolve());
}

/** The stub itself: Node 20 gives each copy of it a shape of its own, 200 bytes (bench `idle`). */
function clientOf<Client, Handlers>(
  service: ServiceType<Client, Handlers>,
  invoker: Invoker,
  close: ServiceClient["close"],
): Client {
  // The stub has every method of the generated interface, the rest are the members of ServiceClient.
  return Object.freeze(
    Object.assign(service.stub(invoker), { close, [Symbol.asyncDispose]: close }),
  ) as unknown as Client;
}

function checkService(service: ServiceType): void {
  if (typeof service?.stub === "function") return;
  throw new TypeError(
    mustBe("The service of createClient", "a generated one, as in createClient(Users, ...)", service),
  );
}
