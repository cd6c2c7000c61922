import type { Server } from "node:http";

/** Resolves once the server accepts. @throws Error when the port is taken or not allowed */
export function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
}
