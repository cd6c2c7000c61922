import { TLSSocket } from "node:tls";
import { describe, expect, test, vi } from "vitest";
import { transportSuite } from "../../../runtime/testing/suites/transport-suite.ts";
import { parseAddress } from "../../../runtime/transport/address.ts";
import { createTlsTransport } from "../../../runtime/transport/tls.ts";
import { identityFromNames } from "../../../runtime/transport/tls-identity.ts";
import { createAuthority, hasOpenssl } from "../../security/certificates.ts";

describe.skipIf(!hasOpenssl())("the tls transport", () => {
  const authority = createAuthority();
  const kind = createTlsTransport({ ...authority.issue(), ca: authority.ca });
  const suite = transportSuite({
    kind,
    listenAddress: () => "tls://127.0.0.1:0",
    deadAddress: "tls://127.0.0.1:1",
  });
  for (const { name, run } of suite) test(name, run);

  test("refuses the addresses of others", async () => {
    await expect(kind.connect(parseAddress("unix:/a"), { timeoutMs: 1 })).rejects.toThrow("cannot serve");
  });

  test("sets no delay on the socket of a client", async () => {
    const noDelay = vi.spyOn(TLSSocket.prototype, "setNoDelay");
    const listener = await kind.listen(parseAddress("tls://127.0.0.1:0"), (transport) => transport.abort());
    const client = await kind.connect(parseAddress(listener.address), { timeoutMs: 5_000 });
    const sockets = noDelay.mock.contexts as TLSSocket[];
    expect(sockets.map(({ remotePort }) => remotePort)).toContain(Number(listener.address.split(":").at(-1)));
    vi.restoreAllMocks();
    client.abort();
    await listener.close();
  });

  test("needs a key and a certificate to listen, and says so", async () => {
    const bare = createTlsTransport();
    await expect(bare.listen(parseAddress("tls://127.0.0.1:0"), () => undefined)).rejects.toThrow("{ key, cert }");
  });
});

test.each([
  [{ minVersion: "TLSv1.1" }, '"TLSv1.2" or "TLSv1.3"'],
  [{ rejectUnauthorized: false }, '"rejectUnauthorized" is not a TLS option'],
  [{ handshakeTimeoutMs: 0 }, "handshakeTimeoutMs"],
  [null, "{ key, cert }"],
])("options that would weaken what is promised are refused: %j", (options, word) => {
  expect(() => createTlsTransport(options as never)).toThrow(word);
});

describe("names of a certificate", () => {
  test("are the DNS and URI entries", () => {
    expect(identityFromNames("DNS:a.example, URI:spiffe://example.org/b, IP Address:127.0.0.1")).toEqual({
      spiffeId: "spiffe://example.org/b",
      uris: ["spiffe://example.org/b"],
      dnsNames: ["a.example"],
    });
  });

  test("of two URIs none is the SPIFFE id", () => {
    expect(identityFromNames("URI:spiffe://a/b, URI:spiffe://a/c").spiffeId).toBeUndefined();
  });

  test("cannot be smuggled in through a value that looks like another entry", () => {
    const smuggled = 'DNS:"evil.example, URI:spiffe://example.org/admin", DNS:fine.example';
    expect(identityFromNames(smuggled)).toEqual({ spiffeId: undefined, uris: [], dnsNames: ["fine.example"] });
  });

  test.each(["URI:spiffe://a/b, nonsense", 'URI:"open', "DNS:a,URI:spiffe://a/b"])(
    "that cannot be read count as none: %s",
    (text) => {
      expect(identityFromNames(text)).toEqual({ spiffeId: undefined, uris: [], dnsNames: [] });
    },
  );
});
