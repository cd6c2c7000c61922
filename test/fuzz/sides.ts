import { createClientConnection } from "../../runtime/connection/client-connection.ts";
import type { ClientConnection, IncomingCall } from "../../runtime/connection/connection.ts";
import { createServerConnection } from "../../runtime/connection/server-connection.ts";
import type { Environment } from "../../runtime/environment/environment.ts";
import { createLimits } from "../../runtime/protocol/limits.ts";
import type { Transport } from "../../runtime/transport/transport.ts";
import { Finding } from "./target.ts";

/** A connection under attack. */
export interface Side {
  /** After the transport has ended. */
  check(): void;
}

/** As the connections of a server share theirs. */
const limits = createLimits();

/** A server that echoes. */
export function createServer(transport: Transport, environment: Environment): Side {
  const calls: IncomingCall[] = [];
  const server = createServerConnection({
    transport,
    environment,
    limits,
    events: {
      onRequest(call, body) {
        calls.push(call);
        call.receiver = {
          onItem: (item, cost) => (call.sendItem(item), call.consumed(cost)),
          onItemsEnd: () => call.end(),
          onCancel: () => call.settle(),
        };
        if (call.hasItems) return;
        call.respond(body);
        call.settle();
      },
    },
  });
  return {
    check() {
      for (const call of calls) call.settle();
      if (server.state !== "closed" || server.callsInProgress !== 0)
        throw new Finding(`the server is ${server.state} with ${server.callsInProgress} calls`);
    },
  };
}

/** A client with four calls, one of which sends items. */
export function createClient(transport: Transport, environment: Environment): Side {
  const client = createClientConnection({ transport, environment, limits });
  const outcomes = [0, 1, 2, 3].map((index) => start(client, index));
  return {
    check() {
      if (outcomes.some(({ count }) => count !== 1))
        throw new Finding(`calls have ${outcomes.map(({ count }) => count).join(", ")} outcomes`);
      if (client.state !== "closed" || client.callsInProgress !== 0)
        throw new Finding(`the client is ${client.state} with ${client.callsInProgress} calls`);
    },
  };
}

function start(client: ClientConnection, index: number): { count: number } {
  const outcome = { count: 0 };
  const call = client.startCall({
    methodId: index,
    body: new Uint8Array(index * 3),
    hasItems: index === 2,
    receiver: {
      onResponse: (_, head) => (outcome.count++, void head.metadata()),
      onItem: (_, cost) => call.consumed(cost),
      onEnd: () => void outcome.count++,
      onError: () => void outcome.count++,
    },
  });
  return outcome;
}
