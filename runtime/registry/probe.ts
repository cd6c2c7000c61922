import { connect } from "node:net";
import type { InstanceInfo } from "./instance-info.ts";

/** Asks the machine of an instance whether anybody listens at its port. Says nothing to whoever accepts. */
export function probeInstance(info: InstanceInfo, timeoutMs = 1_000): Promise<"alive" | "refused" | "unknown"> {
  const { number } = info.port.enabled ? info.port : info.securePort;
  if (number === 0) return Promise.resolve("unknown");
  return new Promise((resolve) => {
    const socket = connect({ host: info.ipAddr, port: number, timeout: timeoutMs });
    const end = (answer: "alive" | "refused" | "unknown"): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.on("connect", () => end("alive"));
    socket.on("timeout", () => end("unknown"));
    socket.on("error", (error: NodeJS.ErrnoException) => end(error.code === "ECONNREFUSED" ? "refused" : "unknown"));
  });
}
