import { stat, unlink } from "node:fs/promises";
import { createConnection } from "node:net";
import type { Address } from "./address.ts";
import { connectSocket } from "./socket-connect.ts";
import { listenSocket } from "./socket-listen.ts";
import type { TransportKind } from "./transport.ts";

type UnixAddress = Extract<Address, { scheme: "unix" }>;

/** Unix domain sockets: `unix:/run/app.sock`. The file is removed when the listener closes, and one that a dead process left is replaced. */
export const unixTransport: TransportKind = Object.freeze<TransportKind>({
  scheme: "unix",
  isPrivate: () => true,
  connect(address, options) {
    const { path, text } = unix(address);
    const describe = () => ({ localAddress: "unix:", peerAddress: text, isPrivate: true });
    return connectSocket({ target: text, socketOptions: { path }, describe }, options);
  },
  listen(address, accept) {
    const { path, text } = unix(address);
    const describe = () => ({ localAddress: text, peerAddress: "unix:", isPrivate: true });
    const listen = { target: text, listenOptions: { path }, describe, address: () => text, accept };
    return listenSocket(listen).catch(async (error: unknown) => {
      if (!(await removeAbandoned(path))) throw error;
      return listenSocket(listen);
    });
  },
});

/** A process that was killed leaves its socket file behind, where nobody answers. Files that are not sockets stay. */
async function removeAbandoned(path: string): Promise<boolean> {
  const isSocket = await stat(path).then(
    (found) => found.isSocket(),
    () => false,
  );
  if (!isSocket || !(await isDead(path))) return false;
  await unlink(path);
  return true;
}

/** True when the system says that no process listens at the socket. */
function isDead(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createConnection(path);
    const finish = (dead: boolean): void => {
      probe.destroy();
      resolve(dead);
    };
    probe.on("connect", () => finish(false));
    probe.on("error", (error: Error & { readonly code?: string }) => finish(error.code === "ECONNREFUSED"));
  });
}

function unix(address: Address): UnixAddress {
  if (address.scheme !== "unix") throw new TypeError(`The unix transport cannot serve "${address.text}".`);
  return address;
}
