import { isIP } from "node:net";
import { checkServerIdentity, connect, type ConnectionOptions, type TLSSocket } from "node:tls";
import type { RpcError } from "../errors/rpc-error.ts";
import { connectCancelled, connectFailed, connectFault } from "./socket-connect.ts";
import { SocketTransport } from "./socket-transport.ts";
import { alpnProtocol, describeTls } from "./tls-acceptor.ts";
import { prepareTcp } from "./tcp.ts";
import { serverFault } from "./tls-identity.ts";
import { contextOptions, handshakeMs, type TlsOptions } from "./tls-options.ts";
import type { ConnectOptions } from "./transport.ts";

/** Where to connect. */
export interface TlsTarget {
  readonly host: string;
  readonly port: number;
  /** What the certificate has to name, where that is not the host. */
  readonly peerName?: string;
  /** What errors call it. */
  readonly text: string;
}

/**
 * Connects, then shakes hands; each has a time limit of its own.
 * @throws RpcError `unavailable`/`connect_failed` that says which of them failed and why, or `cancelled` when the signal fires
 */
export function connectTls(target: TlsTarget, tls: TlsOptions, options: ConnectOptions): Promise<SocketTransport> {
  return new Promise((resolve, reject) => {
    if (options.signal?.aborted === true) return reject(connectCancelled(target.text, options.signal));
    const socket = connect(socketOptions(target, tls));
    prepareTcp(socket);
    const settle = (): void => {
      clearTimeout(timer);
      options.signal?.removeEventListener("abort", onAbort);
      for (const [event, listener] of Object.entries(listeners)) socket.off(event, listener);
    };
    const fail = (error: RpcError): void => {
      settle();
      socket.on("error", () => undefined);
      socket.destroy();
      reject(error);
    };
    const onAbort = (): void => fail(connectCancelled(target.text, options.signal));
    const failLate = (what: string, ms: number) => () => fail(connectFailed(target.text, `${what} within ${ms} ms`));
    let timer = setTimeout(failLate("no answer", options.timeoutMs), options.timeoutMs);
    options.signal?.addEventListener("abort", onAbort);
    const listeners: Readonly<Record<string, (error: Error) => void>> = {
      connect: () => {
        clearTimeout(timer);
        const limitMs = handshakeMs(tls);
        timer = setTimeout(failLate("the TLS handshake was not complete", limitMs), limitMs);
      },
      secureConnect: () => {
        if (socket.alpnProtocol !== alpnProtocol)
          return fail(connectFailed(target.text, `the server does not speak ${alpnProtocol} (ALPN)`));
        settle();
        resolve(toTransport(socket));
      },
      error: (error) => fail(connectFailed(target.text, handshakeFault(error), error)),
      close: () => fail(connectFailed(target.text, "the server closed the connection in the TLS handshake")),
    };
    for (const [event, listener] of Object.entries(listeners)) socket.on(event, listener);
  });
}

function toTransport(socket: TLSSocket): SocketTransport {
  const transport = new SocketTransport(socket, describeTls(socket));
  transport.listenToData();
  return transport;
}

function socketOptions({ host, port, peerName = host }: TlsTarget, tls: TlsOptions): ConnectionOptions {
  const name = tls.serverName ?? peerName;
  return {
    ...contextOptions(tls),
    host,
    port,
    ALPNProtocols: [alpnProtocol],
    rejectUnauthorized: true,
    // An address is no server name on the wire; it is checked all the same.
    servername: isIP(name) === 0 ? name : "",
    checkServerIdentity: (_host, certificate) =>
      serverFault(certificate, tls.serverUri, () => checkServerIdentity(name, certificate)),
  };
}

const advice: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: "its certificate has expired",
  CERT_NOT_YET_VALID: "its certificate is not valid yet",
  DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate is signed by itself; give it as ca if it may be trusted",
  SELF_SIGNED_CERT_IN_CHAIN: "the authority of its certificate is not known; give it as ca if it may be trusted",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "the authority of its certificate is not known; give it as ca if it may be trusted",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    "the authority of its certificate is not known; give it as ca if it may be trusted",
  ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is for other names",
  ERR_SSL_WRONG_VERSION_NUMBER: "it does not speak TLS",
  ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL: "it does not speak rpcgen/1 (ALPN)",
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: "it does not speak TLS 1.2 or later",
  ERR_SSL_UNSUPPORTED_PROTOCOL: "it does not speak TLS 1.2 or later",
};

function handshakeFault(error: Error & { readonly code?: string }): string {
  const words = advice[error.code ?? ""];
  return words === undefined ? connectFault(error) : `${words} (${error.code})`;
}
