import { createClient } from "@rpcgen/runtime";
import { Greeter } from "./gen/greeter.rpc.js";
import { startServer } from "./server.js";

const server = await startServer();
const greeter = createClient(Greeter, { target: server.address });

const greeting = await greeter.greet({ name: "world" });
console.log(greeting.text);

await greeter.close();
await server.close();
process.exitCode = greeting.text === "Hello, world!" ? 0 : 1;
