import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls, type SecureContextOptions } from "node:tls";
import type { Server } from "./server.ts";

/** Certificates for servers of a coordination service, in PEM. The server's certificate is always checked. */
export interface CoordinationTls {
  /** Authorities that the server's certificate may come from. Default: those that come with Node. */
  readonly ca?: SecureContextOptions["ca"] | undefined;
  /** Certificate of this side, where the server wants one. */
  readonly cert?: SecureContextOptions["cert"] | undefined;
  readonly key?: SecureContextOptions["key"] | undefined;
  readonly passphrase?: string | undefined;
  /** The name that the server's certificate must have. Default: the host of the target. */
  readonly serverName?: string | undefined;
}

/** Connects to a server; with TLS, until the handshake is complete. @throws Error that names the server, or the signal's reason */
export function openSocket(
  server: Server,
  tls: CoordinationTls | undefined,
  alpn: string | undefined,
  signal: AbortSignal,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const socket = tls === undefined ? connectTcp(server.port, server.host) : secureSocket(server, tls, alpn);
    const settle = (): void => {
      signal.removeEventListener("abort", onAbort);
      socket.off("error", onError);
      socket.off("close", onClose);
    };
    const fail = (error: unknown): void => {
      settle();
      socket.on("error", () => undefined);
      socket.destroy();
      reject(error);
    };
    const onAbort = (): void => fail(signal.reason);
    const onError = (error: Error): void =>
      fail(new Error(`Cannot connect to ${server.text}: ${error.message}.`, { cause: error }));
    const onClose = (): void => fail(new Error(`${server.text} closed the connection while it was being made.`));
    signal.addEventListener("abort", onAbort);
    socket.on("error", onError);
    socket.on("close", onClose);
    socket.once(tls === undefined ? "connect" : "secureConnect", () => {
      settle();
      socket.setNoDelay(true);
      resolve(socket);
    });
  });
}

function secureSocket(server: Server, tls: CoordinationTls, alpn: string | undefined): Socket {
  const { serverName, ...context } = tls;
  const name = serverName ?? server.host;
  const given = Object.fromEntries(Object.entries(context).filter(([, value]) => value !== undefined));
  return connectTls({
    ...given,
    host: server.host,
    port: server.port,
    minVersion: "TLSv1.2",
    rejectUnauthorized: true,
    ...(isIP(name) === 0 ? { servername: name } : {}),
    ...(alpn === undefined ? {} : { ALPNProtocols: [alpn] }),
  });
}
