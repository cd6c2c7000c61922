import type { ServiceClient, ServiceType } from "../call/method-type.ts";
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
  const client = "channel" in options ? sharedClient(service, options) : ownClient(service, open(options));
  // The stub has every method of the generated interface, the line above the members of ServiceClient.
  return Object.freeze(client) as unknown as Client;
}

function ownClient<Client, Handlers>(service: ServiceType<Client, Handlers>, channel: Channel): ServiceClient {
  const close = (): Promise<void> => channel.close();
  return { ...service.stub(channel.invoker(undefined, service)), close, [Symbol.asyncDispose]: close };
}

function sharedClient<Client, Handlers>(
  service: ServiceType<Client, Handlers>,
  options: SharedChannelOptions,
): ServiceClient {
  const { channel, ...settings } = options;
  if (typeof channel?.invoker !== "function") {
    throw new TypeError('The option "channel" is not a channel; make one with createChannel({ target }).');
  }
  const close = (): Promise<void> => Promise.resolve();
  return { ...service.stub(channel.invoker(settings, service)), close, [Symbol.asyncDispose]: close };
}

function checkService(service: ServiceType): void {
  if (typeof service?.stub === "function") return;
  throw new TypeError(
    `createClient takes a generated service, as in createClient(Users, ...); found ${service === null ? "null" : typeof service}.`,
  );
}
