import { isIP } from "node:net";
import { checkServerIdentity, connect, type ConnectionOptions, type TLSSocket } from "node:tls";
import { RpcError } from "../errors/rpc-error.ts";
import { connectCancelled, connectFailed, connectFault } from "./socket-connect.ts";
import { SocketTransport } from "./socket-transport.ts";
import { alpnProtocol, describeTls } from "./tls-acceptor.ts";
import { prepareTcp } from "./tcp.ts";
import { serverFault } from "./tls-identity.ts";
import { startConnectTimer } from "./connect-timer.ts";
import { contextOptions, handshakeMs, type TlsOptions } from "./tls-options.ts";
import { alertWords, ifItAsks, type TlsFault } from "./tls-refusal.ts";
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
      timer.cancel();
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
    let timer = startConnectTimer(options.timeoutMs, failLate("no answer", options.timeoutMs));
    options.signal?.addEventListener("abort", onAbort);
    const listeners: Readonly<Record<string, (error: Error) => void>> = {
      connect: () => {
        timer.cancel();
        const limitMs = handshakeMs(tls);
        timer = startConnectTimer(limitMs, failLate("the TLS handshake was not complete", limitMs));
      },
      secureConnect: () => {
        if (socket.alpnProtocol !== alpnProtocol)
          return fail(connectFailed(target.text, `the server does not speak ${alpnProtocol} (ALPN)`));
        settle();
        resolve(toTransport(socket, { target: target.text, tls }));
      },
      error: (error) => fail(connectFailed(target.text, handshakeFault(error, tls), error)),
      close: () => fail(connectFailed(target.text, closedWords(tls))),
    };
    for (const [event, listener] of Object.entries(listeners)) socket.on(event, listener);
  });
}

/** What errors about a connection tell of it. */
interface Circumstances {
  readonly target: string;
  readonly tls: TlsOptions;
}

/**
 * With TLS 1.3 a client has done its part before the server looks at its certificate, so a refusal comes when the connection has been taken into
 * use: as an error, or an end, before the first byte.
 */
class ClientTransport extends SocketTransport {
  private readonly circumstances: Circumstances;

  constructor(socket: TLSSocket, circumstances: Circumstances) {
    super(socket, describeTls(socket));
    this.circumstances = circumstances;
  }

  override onError(error: Error): void {
    super.onError(this.isUnheard() ? lostUnheard(this.circumstances, error) : error);
  }

  override onClose(): void {
    if (this.isUnheard()) super.onError(lostUnheard(this.circumstances));
    super.onClose();
  }

  private isUnheard(): boolean {
    return this.bytesRead === 0 && !this.ended;
  }
}

/** An alert says for certain that the server has not taken a byte of what was sent. */
function lostUnheard({ target, tls }: Circumstances, cause?: TlsFault): RpcError {
  const words = cause && alertWords(cause, tls);
  if (words !== undefined) return connectFailed(target, words, cause);
  const message = `The connection to ${target} ended after the TLS handshake, before the server said anything; ${ifItAsks(tls)}.`;
  return new RpcError({ reason: "connection_lost", message, cause });
}

function toTransport(socket: TLSSocket, circumstances: Circumstances): SocketTransport {
  const transport = new ClientTransport(socket, circumstances);
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

function handshakeFault(error: TlsFault, tls: TlsOptions): string {
  const words = advice[error.code ?? ""];
  if (words !== undefined) return `${words} (${error.code})`;
  return alertWords(error, tls) ?? (error.code === "ECONNRESET" ? closedWords(tls) : connectFault(error));
}

function closedWords(tls: TlsOptions): string {
  return `the server closed the connection in the TLS handshake; ${ifItAsks(tls)}`;
}
