import { expect, test, vi } from "vitest";
import { createClient } from "../../../runtime/lean/client.ts";
import { Lab } from "../fixture/lab.ts";
import { createWorld } from "../fixture/world.ts";
import { NodeWebSocket } from "../transport/node-websocket.ts";
import { webSocketAddress } from "./world.ts";

test("a page that is busy itself while it connects is not told that there was no answer", async () => {
  vi.stubGlobal("WebSocket", NodeWebSocket);
  await using world = await createWorld({ address: "tcp://127.0.0.1:0" });
  await using lab = createClient(Lab, { target: webSocketAddress(world.address), connectTimeoutMs: 100 });
  const call = lab.echo({ text: "here" });
  const untilMs = performance.now() + 250;
  while (performance.now() < untilMs);
  expect((await call).text).toBe("here");
});
