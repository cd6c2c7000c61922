/** The small client has to do what the other one does: the tests of calls run over it too. */
import { vi } from "vitest";
import { NodeWebSocket } from "../transport/node-websocket.ts";

vi.stubGlobal("WebSocket", NodeWebSocket);
vi.mock("../fixture/world.ts", async (original) => {
  const world = await original<typeof import("../fixture/world.ts")>();
  const { leanWorlds } = await import("./world.ts");
  return { ...world, createWorld: leanWorlds(world.echoing) };
});

await import("../client/calls.test.ts");
await import("../client/cancel.test.ts");
await import("../client/errors.test.ts");
await import("../client/metadata.test.ts");
await import("../client/streams.test.ts");
