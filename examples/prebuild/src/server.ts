import { createServer } from "@rpcgen/runtime";
import { Greeter } from "./gen/greeter.rpc.js";

/** Starts the greeter on a free port. */
export async function startServer(): Promise<{ readonly address: string; close(): Promise<void> }> {
  const server = createServer().add(Greeter, {
    greet: (request) => ({ text: `Hello, ${request.name}!` }),
  });
  const address = await server.listen("tcp://127.0.0.1:0");
  return { address, close: () => server.close() };
}
