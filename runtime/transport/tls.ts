import type { AddressInfo } from "node:net";
import { type Address, formatTcpAddress } from "./address.ts";
import { listenSocket } from "./socket-listen.ts";
import { createTlsAcceptor, type TlsAcceptor } from "./tls-acceptor.ts";
import { connectTls } from "./tls-connect.ts";
import { checkServerTls, checkTlsOptions, layTlsOptions, type TlsOptions, type TlsSource } from "./tls-options.ts";
import type { TransportKind } from "./transport.ts";

type TlsAddress = Extract<Address, { scheme: "tls" }>;

/** TLS 1.2 and later over TCP: `tls://host:port`. */
export interface TlsTransport extends TransportKind {
  /**
   * Uses other certificates from now on: for handshakes to come, here and on every listener. Connections that are open are not touched. What is not named
   * stays as it was, an authority and revoked certificates too.
   * @throws TypeError or Error for options that cannot work; the old ones are kept
   */
  reload(options: TlsOptions): void;
}

/**
 * Makes the transport. Clients need no options to reach a server whose certificate comes from a public authority; to listen, `key` and
 * `cert` are needed.
 * @throws TypeError or RangeError for options that cannot work
 */
export function createTlsTransport(source: TlsSource = {}): TlsTransport {
  const acceptors = new Set<TlsAcceptor>();
  let current = source;
  const read = (): TlsOptions => checkTlsOptions(typeof current === "function" ? current() : current);
  if (typeof source !== "function") checkTlsOptions(source);

  return Object.freeze<TlsTransport>({
    scheme: "tls",
    isPrivate: () => true,
    async connect(address, options) {
      return connectTls(tls(address), read(), options);
    },
    async listen(address, accept, door) {
      const { host, port, text } = tls(address);
      const acceptor = createTlsAcceptor(read(), accept, door);
      const listener = await listenSocket({
        target: text,
        listenOptions: { host, port },
        describe: () => ({ localAddress: "", peerAddress: "", isPrivate: true }),
        address: (server) => formatTcpAddress(host, (server.address() as AddressInfo).port, "tls"),
        accept,
        take(socket) {
          socket.setKeepAlive(true, 30_000);
          acceptor.take(socket);
        },
      });
      acceptors.add(acceptor);
      return {
        address: listener.address,
        async close() {
          acceptors.delete(acceptor);
          await listener.close();
          acceptor.close();
        },
      };
    },
    reload(options) {
      const changed = layTlsOptions(checkTlsOptions(options), read());
      if (acceptors.size > 0) checkServerTls(changed);
      for (const acceptor of acceptors) acceptor.reload(changed);
      current = changed;
    },
  });
}

/** The transport for clients and servers that were given no certificates. */
export const tlsTransport: TlsTransport = /* @__PURE__ */ createTlsTransport();

function tls(address: Address): TlsAddress {
  if (address.scheme !== "tls") throw new TypeError(`The tls transport cannot serve "${address.text}".`);
  return address;
}
