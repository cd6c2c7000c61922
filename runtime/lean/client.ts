import type { ServiceClient, ServiceType } from "../call/method-type.ts";
import { bindClient, type ClientOptions } from "../client/client.ts";
import { createChannel } from "./channel.ts";

/**
 * Makes a client of a service over one WebSocket connection, as small as it can be: takes the place of the `createClient` of Node in bundles for
 * browsers. Options that it does not know are refused by an error that names the import which has them.
 * @throws TypeError or RangeError at once for options that cannot work
 */
export function createClient<Client extends ServiceClient, Handlers>(
  service: ServiceType<Client, Handlers>,
  options: ClientOptions,
): Client {
  return bindClient(service, options, createChannel);
}
