import { Code, createServer, RpcError, type ServerOptions } from "@rpcgen/runtime";
import { Stock } from "./gen/stock.rpc.js";

/** Instances of the service, named `a`, `b`, ... */
export interface Shop {
  /** Addresses by name. */
  readonly addresses: ReadonlyMap<string, string>;
  /** All of them, as the target of a client. */
  readonly target: string;
  /** Calls that reached the handlers of each. */
  readonly asked: Readonly<Record<string, number>>;
  close(): Promise<void>;
}

/** How many pieces an instance says that there are. */
export type Count = (instance: string) => number | Promise<number>;

/** Starts so many instances. */
export async function startShop(instances: number, count: Count, options: ServerOptions = {}): Promise<Shop> {
  const asked: Record<string, number> = {};
  const names = Array.from("abcdefgh").slice(0, instances);
  const servers = names.map((instance) =>
    createServer(options).add(Stock, {
      async level() {
        asked[instance] = (asked[instance] ?? 0) + 1;
        return { count: await count(instance), instance };
      },
    }),
  );
  const addresses = await Promise.all(servers.map((server) => server.listen("tcp://127.0.0.1:0")));
  return {
    addresses: new Map(names.map((name, index) => [name, addresses[index] ?? ""])),
    target: addresses.map((address, index) => (index === 0 ? address : address.replace("tcp://", ""))).join(","),
    asked,
    async close() {
      await Promise.all(servers.map((server) => server.close()));
    },
  };
}

/** What an instance says whose database is gone. */
export function outOfOrder(): never {
  throw new RpcError({ code: Code.unavailable, message: "the database is gone" });
}

/** Makes a call and says what came of it: the instance that answered, or the reason of the error. */
export async function outcomeOf(call: Promise<{ readonly instance: string }>): Promise<string> {
  return call.then(
    ({ instance }) => instance,
    (error: unknown) => RpcError.from(error).reason,
  );
}

/** Makes calls one after the other. @returns how often each outcome came */
export async function tally(
  calls: number,
  call: (index: number) => Promise<{ readonly instance: string }>,
): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  for (let index = 0; index < calls; index++) {
    const outcome = await outcomeOf(call(index));
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
  return counts;
}
