/** Runs in a worker thread: the server of the tests beside it. */
import { isMainThread, parentPort } from "node:worker_threads";
import { createServer } from "../../../runtime/index.ts";
import type { MessageEndpoint } from "../../../runtime/transport/message-endpoint.ts";
import { createMessagePortTransport } from "../../../runtime/transport/message-port.ts";
import { Lab } from "../fixture/lab.ts";
import { echoing } from "../fixture/world.ts";

const server = createServer({ transports: [createMessagePortTransport(parentPort as unknown as MessageEndpoint)] });
server.add(Lab, {
  ...echoing,
  echo: ({ text }) =>
    text === "hang"
      ? new Promise<never>(() => undefined)
      : { text: `${text}, in a thread of its own: ${String(!isMainThread)}` },
});
await server.listen("worker:lab");
