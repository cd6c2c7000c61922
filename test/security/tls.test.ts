/** Every way in which certificates and versions may be wrong, against a whole server and client. */
import { connect as connectTcp, createServer as createTcpServer } from "node:net";
import { connect as connectTls, createServer as createTlsServer } from "node:tls";
import { afterEach, describe, expect, test } from "vitest";
import {
  type ChannelOptions,
  createChannel,
  createClient,
  createDnsResolver,
  createServer,
  type Principal,
  type Server,
  type ServerOptions,
  type TlsOptions,
} from "../../runtime/index.ts";
import { Lab, type LabClient, type LabHandlers } from "../runtime/fixture/lab.ts";
import { createSignal, echoing, errorOf } from "../runtime/fixture/world.ts";
import { type Authority, createAuthority, hasOpenssl } from "./certificates.ts";

describe.skipIf(!hasOpenssl())("TLS", () => {
  const ours: Authority = createAuthority("ours");
  const theirs: Authority = createAuthority("theirs");
  const serverCert = ours.issue({ names: "DNS:localhost,IP:127.0.0.1,URI:spiffe://example.org/server" });
  const clientCert = ours.issue({ names: "DNS:billing.example,URI:spiffe://example.org/billing", commonName: "root" });
  const closers: (() => Promise<unknown>)[] = [];

  afterEach(async () => {
    for (const close of closers.splice(0).toReversed()) await close();
  });

  async function listen(
    options: ServerOptions,
    handlers: Partial<LabHandlers> = {},
  ): Promise<{ server: Server; address: string }> {
    const server = createServer({ onError: () => undefined, ...options }).add(Lab, { ...echoing, ...handlers });
    closers.push(() => server.close({ graceMs: 0 }));
    return { server, address: await server.listen("tls://127.0.0.1:0") };
  }

  function client(target: string, options: Partial<ChannelOptions> = {}): LabClient {
    const channel = createChannel({ target, ...options });
    closers.push(() => channel.close({ graceMs: 0 }));
    return createClient(Lab, { channel });
  }

  const portOf = (address: string): number => Number(/\d+$/.exec(address)?.[0]);

  test("client and server talk, encrypted, and learn nothing about each other that was not verified", async () => {
    let identity: unknown = "unset";
    const { address } = await listen(
      { tls: serverCert },
      { echo: (note, context) => ((identity = context.peerIdentity), note) },
    );
    expect((await client(address, { tls: { ca: ours.ca } }).echo({ text: "hello" })).text).toBe("hello");
    expect(identity).toBeUndefined();
  });

  test("a name in the address is what the certificate has to be for, as where a name server found the host", async () => {
    const cert = ours.issue({ names: "DNS:orders.internal" });
    const { address } = await listen({ tls: cert });
    const tls = { ca: ours.ca };
    const text = async (target: string): Promise<string> =>
      (await client(target, { tls }).echo({ text: "hello" })).text;
    expect(await text(`${address}?name=orders.internal`)).toBe("hello");
    await expect(text(address)).rejects.toThrow("its certificate is for other names");
    await expect(text(`${address}?name=other.internal`)).rejects.toThrow("its certificate is for other names");
  });

  test("hosts of a name are checked for the name", async () => {
    const { address } = await listen({ tls: ours.issue({ names: "DNS:orders.internal" }) });
    const resolvers = [createDnsResolver({ lookup: async () => ["127.0.0.1"] })];
    const target = (name: string): string => `dns:///${name}:${portOf(address)}?scheme=tls`;
    const tls = { ca: ours.ca };
    const lab = client(target("orders.internal"), { tls, resolvers });
    expect((await lab.echo({ text: "hello" })).text).toBe("hello");
    await expect(client(target("other.internal"), { tls, resolvers }).echo({})).rejects.toThrow("for other names");
  });

  test("what is said does not stand on the wire", async () => {
    const { address } = await listen({ tls: serverCert });
    const seen: Buffer[] = [];
    const proxy = createTcpServer((socket) => {
      const onward = connectTcp(portOf(address), "127.0.0.1");
      socket.on("data", (bytes) => seen.push(bytes)).pipe(onward);
      onward.on("data", (bytes) => seen.push(bytes)).pipe(socket);
      for (const end of [socket, onward]) end.on("error", () => undefined);
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    closers.push(async () => proxy.close());
    const { port } = proxy.address() as { port: number };
    const lab = client(`tls://127.0.0.1:${port}`, { tls: { ca: ours.ca }, token: "canary-token" });
    await lab.echo({ text: "canary-body" });
    const wire = Buffer.concat(seen).toString("latin1");
    expect(wire.length).toBeGreaterThan(500);
    expect(wire).not.toMatch(/canary|MagicNumber/);
  });

  describe("the client refuses a server", () => {
    test.each<[string, () => TlsOptions, Partial<TlsOptions>, string]>([
      ["that is not known", () => theirs.issue(), {}, "UNABLE_TO_VERIFY_LEAF_SIGNATURE"],
      ["whose certificate has expired", () => ours.issue({ days: -1 }), {}, "CERT_HAS_EXPIRED"],
      ["with other names", () => ours.issue({ names: "DNS:other.example" }), {}, "other names"],
      [
        "with no name but the CN",
        () => ours.issue({ names: "", commonName: "127.0.0.1" }),
        {},
        "no subject alternative name",
      ],
      ["of another server name", () => serverCert, { serverName: "other.example" }, "other names"],
      ["of another URI", () => serverCert, { serverUri: "spiffe://example.org/other" }, "spiffe://example.org/other"],
    ])("%s", async (_, certificate, tls, word) => {
      const { address } = await listen({ tls: certificate() });
      const error = await errorOf(client(address, { tls: { ca: ours.ca, ...tls } }).echo({}));
      expect(error).toMatchObject({ reason: "connect_failed", codeName: "unavailable" });
      expect((error as Error).message).toContain(address);
      expect((error as Error).message).toContain(word);
    });

    test("whose certificate it was not given an authority for", async () => {
      const { address } = await listen({ tls: serverCert });
      expect(await errorOf(client(address).echo({}))).toMatchObject({ reason: "connect_failed" });
    });

    test("that is none: plain TCP", async () => {
      const plain = createServer().add(Lab, echoing);
      closers.push(() => plain.close({ graceMs: 0 }));
      const port = portOf(await plain.listen("tcp://127.0.0.1:0"));
      expect(await errorOf(client(`tls://127.0.0.1:${port}`).echo({}))).toMatchObject({ reason: "connect_failed" });
    });

    test.each([
      [
        "TLS 1.1",
        { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT:@SECLEVEL=0", ALPNProtocols: ["rpcgen/1"] },
      ],
      ["another protocol", { ALPNProtocols: ["h2"] }],
      ["no protocol by name", {}],
    ] as const)("that speaks %s", async (_, options) => {
      const old = createTlsServer({ ...serverCert, ...options } as object);
      await new Promise<void>((resolve) => old.listen(0, "127.0.0.1", resolve));
      closers.push(async () => old.close());
      old.on("tlsClientError", () => undefined);
      const { port } = old.address() as { port: number };
      const error = await errorOf(client(`tls://127.0.0.1:${port}`, { tls: { ca: ours.ca } }).echo({}));
      expect(error).toMatchObject({ reason: "connect_failed" });
    });

    test("that does not finish its handshake in time", async () => {
      const silent = createTcpServer((socket) => void socket.on("error", () => undefined));
      await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
      closers.push(async () => silent.close());
      const { port } = silent.address() as { port: number };
      const lab = client(`tls://127.0.0.1:${port}`, { tls: { ca: ours.ca, handshakeTimeoutMs: 30 } });
      expect(((await errorOf(lab.echo({}))) as Error).message).toContain("handshake was not complete within 30 ms");
      const patient = { tls: { ca: ours.ca, handshakeTimeoutMs: 600_000 }, limits: { handshakeMs: 20 } };
      const outcome = errorOf(client(`tls://127.0.0.1:${port}`, { ...patient, connectTimeoutMs: 40 }).echo({}));
      expect(((await outcome) as Error).message).toContain("handshake took longer than 60 ms");
    });
  });

  test("a server may be known by its URI instead of its name", async () => {
    const spiffe = ours.issue({ names: "URI:spiffe://example.org/server" });
    const { address } = await listen({ tls: spiffe });
    await client(address, { tls: { ca: ours.ca, serverUri: "spiffe://example.org/server" } }).ping();
  });

  describe("the server refuses a client", () => {
    const mutual: ServerOptions = { tls: { ...serverCert, ca: ours.ca, requestCert: true } };

    const unknown = "the authority of the one that this client shows may not be known to it";
    const expired = "that of this client has expired on 2020-02-01; renew it";

    test.each<[string, () => TlsOptions, string]>([
      ["without a certificate", () => ({}), "this client shows none; give it one by tls: { key, cert }"],
      ["with one from an authority that is not known", () => theirs.issue(), unknown],
      ["with one that has expired", () => ours.issue({ days: -1 }), expired],
    ])("%s, which is told what to do", async (_, certificate, advice) => {
      let calls = 0;
      const { address } = await listen(mutual, { echo: (note) => (calls++, note) });
      const error = (await errorOf(client(address, { tls: { ca: ours.ca, ...certificate() } }).echo({}))) as Error;
      expect(error).toMatchObject({ codeName: "unavailable" });
      expect(error.message).toContain(address);
      expect(error.message).toContain(advice);
      expect(error.message).not.toMatch(/OpenSSL|routines|error:0/i);
      expect(calls).toBe(0);
    });

    test("by TLS 1.2 as well, where it is the handshake that fails", async () => {
      const options = { ...serverCert, ca: ours.ca, requestCert: true, ALPNProtocols: ["rpcgen/1"] } as const;
      const old = createTlsServer({ ...options, maxVersion: "TLSv1.2" }).on("tlsClientError", () => undefined);
      await new Promise<void>((resolve) => old.listen(0, "127.0.0.1", resolve));
      closers.push(async () => old.close());
      const target = `tls://127.0.0.1:${(old.address() as { port: number }).port}`;
      const outcome = (tls: TlsOptions): Promise<unknown> =>
        errorOf(client(target, { tls: { ca: ours.ca, ...tls } }).ping());
      const refused = (end: string, fault: string): object => ({
        reason: "connect_failed",
        message: `Cannot connect to ${target}: the server ${end}; if the server asks for certificates of clients, ${fault}.`,
      });
      const none = await outcome({});
      expect(none).toMatchObject(
        refused(
          "ended the TLS handshake (handshake_failure)",
          "this client shows none; give it one by tls: { key, cert }",
        ),
      );
      expect((none as { cause: Error }).cause.message).toContain("handshake failure");
      const closes = "closed the connection in the TLS handshake";
      expect(await outcome(theirs.issue())).toMatchObject(refused(closes, unknown));
      expect(await outcome(ours.issue({ days: -1 }))).toMatchObject(refused(closes, expired));
    });

    test("nobody whose connection is lost later is told so", async () => {
      const entered = createSignal();
      const { address, server } = await listen(
        { tls: serverCert },
        { echo: () => (entered.resolve(), new Promise<never>(() => undefined)) },
      );
      const hanging = errorOf(client(address, { tls: { ca: ours.ca } }).echo({}));
      await entered.promise;
      await server.close({ graceMs: 0 });
      expect(((await hanging) as Error).message).not.toContain("certificate");
    });

    test.each([
      [
        "with TLS 1.1",
        { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT:@SECLEVEL=0", ALPNProtocols: ["rpcgen/1"] },
      ],
      ["with another protocol", { ALPNProtocols: ["h2"] }],
      ["without a protocol by name", {}],
    ] as const)("%s", async (_, options) => {
      const { address } = await listen({ tls: serverCert });
      const socket = connectTls({ port: portOf(address), host: "127.0.0.1", ca: ours.ca, ...options } as object);
      const answers: Buffer[] = [];
      socket.on("data", (bytes: Buffer) => answers.push(bytes));
      socket.write('{"MagicNumber":3927900,"CodecType":"application/x-rpcgen"}\n');
      await closed(socket);
      expect(answers).toEqual([]);
    });

    test("that says nothing, after the time of the handshake", async () => {
      const { address } = await listen({ tls: { ...serverCert, handshakeTimeoutMs: 30 } });
      await closed(connectTcp(portOf(address), "127.0.0.1"));
    });

    test("that says nonsense, and serves others", async () => {
      const { address } = await listen({ tls: serverCert });
      const socket = connectTcp(portOf(address), "127.0.0.1");
      socket.end("GET / HTTP/1.1\r\n\r\n");
      await closed(socket);
      await client(address, { tls: { ca: ours.ca } }).ping();
    });
  });

  test.each([
    [{ requestCert: true }, "requestCert needs the authority"],
    [{ requestCert: true, ca: "" }, "requestCert needs the authority"],
    [{ requestCert: "yes" as unknown as boolean }, 'requestCert is "yes"; expected true or false'],
  ])("a server does not take clients of every authority for its own: %o", (options, text) => {
    expect(() => createServer({ tls: { ...serverCert, ...options } })).toThrow(text);
  });

  test("the names of a client's certificate are in the context, its CN is not", async () => {
    let identity: unknown;
    const tls = { ...serverCert, ca: ours.ca, requestCert: true };
    const { address } = await listen({ tls }, { echo: (note, context) => ((identity = context.peerIdentity), note) });
    await client(address, { tls: { ca: ours.ca, ...clientCert } }).echo({});
    expect(identity).toEqual({
      spiffeId: "spiffe://example.org/billing",
      uris: ["spiffe://example.org/billing"],
      dnsNames: ["billing.example"],
    });
    expect(JSON.stringify(identity)).not.toContain("root");
  });

  test("authenticate may trust them", async () => {
    const { address } = await listen({
      tls: { ...serverCert, ca: ours.ca, requestCert: true },
      authenticate: ({ tlsPeer }): Principal | undefined =>
        tlsPeer?.spiffeId === undefined ? undefined : { id: tlsPeer.spiffeId },
      authorize: ({ principal }) => principal?.id === "spiffe://example.org/billing",
    });
    await client(address, { tls: { ca: ours.ca, ...clientCert } }).ping();
    const other = ours.issue({ names: "URI:spiffe://example.org/other" });
    const error = await errorOf(client(address, { tls: { ca: ours.ca, ...other } }).ping());
    expect(error).toMatchObject({ codeName: "permission_denied" });
  });

  describe("new certificates", () => {
    test("are taken over under load without one call that fails", async () => {
      const { server, address } = await listen({ tls: serverCert });
      const labs = [client(address, { tls: { ca: [ours.ca, theirs.ca].join("\n") } })];
      let done = 0;
      let running = true;
      const load = Array.from({ length: 16 }, async () => {
        while (running) {
          const [lab] = labs.slice(-1) as [LabClient];
          await lab.echo({ text: "load" });
          done++;
        }
      });
      for (const authority of [theirs, ours, theirs]) {
        const before = done;
        server.reloadTls(authority.issue());
        labs.push(client(address, { tls: { ca: authority.ca } }));
        while (done < before + 200) await new Promise((resolve) => setImmediate(resolve));
      }
      running = false;
      await Promise.all(load);
      expect(done).toBeGreaterThanOrEqual(600);
      // The first connection was made with the first certificate and is still there.
      await labs[0]?.ping();
    });

    test("leave the authority of clients as it was, for addresses to come too", async () => {
      const { server, address } = await listen({ tls: { ...serverCert, ca: ours.ca, requestCert: true } });
      server.reloadTls(theirs.issue());
      const ca = [ours.ca, theirs.ca].join("\n");
      for (const each of [address, await server.listen("tls://127.0.0.1:0")]) {
        await client(each, { tls: { ca, ...clientCert } }).ping();
        expect(await errorOf(client(each, { tls: { ca } }).ping())).toMatchObject({ codeName: "unavailable" });
        expect(await errorOf(client(each, { tls: { ca, ...theirs.issue() } }).ping())).toMatchObject({
          codeName: "unavailable",
        });
      }
    });

    test("that do not fit their key are refused, and the old ones stay", async () => {
      const { server, address } = await listen({ tls: serverCert });
      expect(() => server.reloadTls({ key: serverCert.key, cert: clientCert.cert })).toThrow(/key/);
      expect(() => server.reloadTls({})).toThrow("{ key, cert }");
      await client(address, { tls: { ca: ours.ca } }).ping();
    });

    test("of a client are asked for before each connection", async () => {
      const identities: unknown[] = [];
      const tls = { ...serverCert, ca: ours.ca, requestCert: true };
      const { server, address } = await listen(
        { tls },
        { echo: (note, { peerIdentity }) => (identities.push(peerIdentity?.dnsNames), note) },
      );
      let number = 0;
      const lab = client(address, {
        tls: () => ({ ca: ours.ca, ...ours.issue({ names: `DNS:client-${number++}.example` }) }),
      });
      await lab.echo({});
      const port = portOf(address);
      await server.close({ graceMs: 1_000 });
      const next = createServer({ tls }).add(Lab, {
        ...echoing,
        echo: (note, { peerIdentity }) => (identities.push(peerIdentity?.dnsNames), note),
      });
      closers.push(() => next.close({ graceMs: 0 }));
      await next.listen(`tls://127.0.0.1:${port}`);
      await lab.echo({});
      expect(identities).toEqual([["client-0.example"], ["client-1.example"]]);
    });

    test("need a server that was made with some", () => {
      expect(() => createServer().reloadTls(serverCert)).toThrow("made without tls");
    });
  });

  test("a call that runs while certificates change is answered", async () => {
    const entered = createSignal();
    const go = createSignal();
    const { server, address } = await listen(
      { tls: serverCert },
      {
        async echo(note) {
          entered.resolve();
          await go.promise;
          return note;
        },
      },
    );
    const call = client(address, { tls: { ca: ours.ca } }).echo({ text: "patient" });
    await entered.promise;
    server.reloadTls(theirs.issue());
    go.resolve();
    expect((await call).text).toBe("patient");
  });

  describe("peers in their handshake", () => {
    /** Connects and says nothing. Order of arrival is order of connecting. */
    async function silent(
      address: string,
    ): Promise<{ isClosed: boolean; readonly closed: Promise<void>; end(): void }> {
      const socket = connectTcp(portOf(address), "127.0.0.1");
      closers.push(async () => socket.destroy());
      const peer = {
        isClosed: false,
        closed: closed(socket).then(() => void (peer.isClosed = true)),
        end: () => void socket.end(),
      };
      await new Promise((resolve) => socket.once("connect", resolve));
      return peer;
    }

    test("are as many as maxHandshakes; one more pushes out the oldest, and only it", async () => {
      const { address } = await listen({ tls: serverCert, limits: { maxHandshakes: 3 } });
      const peers = [];
      for (let count = 0; count < 4; count++) peers.push(await silent(address));
      // The fifth. When its call is over, what the server closed for it is closed.
      await client(address, { tls: { ca: ours.ca } }).ping();
      await Promise.all([peers[0]?.closed, peers[1]?.closed]);
      expect(peers.map(({ isClosed }) => isClosed)).toEqual([true, true, false, false]);
    });

    test("count in maxConnectionsPerAddress, until they end or have become connections", async () => {
      const { server, address } = await listen({ tls: serverCert, limits: { maxConnectionsPerAddress: 2 } });
      const [first, second] = [await silent(address), await silent(address)];
      await (
        await silent(address)
      ).closed;
      expect([first.isClosed, second.isClosed]).toEqual([false, false]);
      first.end();
      await first.closed;
      await client(address, { tls: { ca: ours.ca } }).ping();
      expect(server.connections()).toHaveLength(1);
      await (
        await silent(address)
      ).closed;
      expect(second.isClosed).toBe(false);
    });

    test("are refused by onAccept before they have one, and asked for once", async () => {
      const asked: string[] = [];
      let welcome = true;
      const onAccept = (peer: { address: string }): boolean => asked.push(peer.address) > 0 && welcome;
      const { address } = await listen({ tls: serverCert, onAccept });
      await client(address, { tls: { ca: ours.ca } }).ping();
      expect(asked).toEqual([expect.stringMatching(/^127\.0\.0\.1:\d+$/)]);
      welcome = false;
      await (
        await silent(address)
      ).closed;
      expect(asked).toHaveLength(2);
    });
  });
});

test("plain TCP that other machines reach has to be asked for", async () => {
  await expect(createServer().listen("tcp://0.0.0.0:0")).rejects.toThrow("tls://");
  expect(() => createChannel({ target: "tcp://192.0.2.1:9000" })).toThrow("tls://");
});

test("a tls:// address needs a certificate", async () => {
  await expect(createServer().listen("tls://127.0.0.1:0")).rejects.toThrow("{ key, cert }");
});

/** Resolves when the other side has ended the connection, in whatever way. */
function closed(socket: { on(event: string, listener: () => void): unknown; resume(): unknown }): Promise<void> {
  return new Promise((resolve) => {
    socket.on("error", () => undefined);
    socket.on("close", () => resolve());
    socket.resume();
  });
}
