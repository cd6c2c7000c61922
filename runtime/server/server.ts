import type { ServiceType } from "../call/method-type.ts";
import type { InstanceChange } from "../discovery/instance.ts";
import type { Environment } from "../environment/environment.ts";
import { checkOptionKinds } from "../environment/option-kinds.ts";
import { HookClock } from "../interceptor/hook-clock.ts";
import { startPlugins } from "../plugin/kernel.ts";
import { parseAddress } from "../transport/address.ts";
import { builtinTransports, transportFor } from "../transport/builtin.ts";
import { createSniffedTransport } from "../transport/sniff.ts";
import { checkKeyAndCert, type TlsOptions } from "../transport/tls-options.ts";
import type { Transport, TransportListener } from "../transport/transport.ts";
import { type ConnectionInfo, createConnectionSet } from "./connection-set.ts";
import { createDispatcher, type MethodLoad } from "./dispatcher.ts";
import { createRegistrar } from "./registrar.ts";
import { checkServerOptions, type ServerOptions } from "./server-options.ts";

/** How {@link Server.close} ends. */
export interface ServerCloseOptions {
  /** Milliseconds that calls in progress get before they are cut. Default: 10,000. */
  readonly graceMs?: number | undefined;
  /**
   * Milliseconds between the server's being taken out of its registries and its goodbye, in which it serves as before: callers hear of it meanwhile.
   * Default: 1,000 with `registrations`, 0 without.
   */
  readonly farewellMs?: number | undefined;
}

/** A server of one or more services on one or more addresses. */
export interface Server {
  /** What it listens on, in the order of {@link Server.listen}. */
  readonly addresses: readonly string[];
  /** What was added, in that order. */
  readonly services: readonly ServiceType[];
  /** The connections that are open now, the oldest first. */
  connections(): readonly ConnectionInfo[];
  /** What each method has to do now. */
  load(): readonly MethodLoad[];
  /**
   * Adds a service. `handlers` is an object with a function per method; it may be a class instance.
   * @throws TypeError when a handler is missing or the service was added already
   */
  add<Client, Handlers extends object>(service: ServiceType<Client, Handlers>, handlers: NoInfer<Handlers>): Server;
  /**
   * Accepts connections at `tcp://host:port` or `tls://host:port` (port 0: the system chooses), `unix:/path` or `memory:name`. May be called for several addresses.
   * @returns the address for clients
   * @throws TypeError for an address that is none, or one that other machines reach unless `insecure` is set
   * @throws RpcError `unavailable` when the address is taken
   */
  listen(address: string): Promise<string>;
  /**
   * Uses other certificates from the next handshake on; open connections and their calls are not touched. What is not named, but for key and certificate,
   * stays as it was.
   * @throws TypeError or Error for options that cannot work; the old ones are kept
   */
  reloadTls(options: TlsOptions): void;
  /** Resolves once every registry has every service that was added. @throws the reason of `signal` when that fires first */
  registered(signal?: AbortSignal): Promise<void>;
  /**
   * Changes what the registries say of this server: `{ weight: 0 }`, `{ status: "draining" }`. Resolves once all have it.
   */
  announce(change: InstanceChange): Promise<void>;
  /** Says that it is not ready (`health`), takes itself out of its registries and waits a little (`farewellMs`); stops accepting, tells every client, lets running calls end, and one-way ones that were on their way, then closes the connections. Idempotent. */
  close(options?: ServerCloseOptions): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Milliseconds that calls get by default when a server closes. */
const defaultGraceMs = 10_000;
/** One interval of what watches by looking. */
const defaultFarewellMs = 1_000;

/** Schemes of ports where not only our own clients call. */
const sharedSchemes: ReadonlySet<string> = new Set(["tcp", "tls", "unix"]);

/**
 * Makes a server.
 *
 * ```ts
 * const server = createServer().add(Users, { get: ({ id }) => find(id) });
 * const address = await server.listen("tcp://127.0.0.1:9000");
 * ```
 *
 * @throws TypeError or RangeError at once for options that cannot work
 */
export function createServer(options: ServerOptions = {}): Server {
  const checked = checkServerOptions(options);
  const { environment } = checked;
  const clock = new HookClock(environment);
  const plugins = startPlugins({
    side: "server",
    environment: clock,
    interceptors: checked.interceptors,
    plugins: checked.plugins,
  });
  const dispatcher = createDispatcher(checked, plugins.interceptors, clock);
  const connections = createConnectionSet(checked, dispatcher);
  const listeners: TransportListener[] = [];
  const registrar = createRegistrar(checked.registrations, environment);
  const services: ServiceType[] = [];
  let closing: Promise<void> | undefined;

  function serviceNames(): readonly string[] {
    return services.map(({ name }) => name);
  }

  async function listen(text: string): Promise<string> {
    const address = parseAddress(text);
    const transport = transportFor(address, [
      ...checked.transports,
      ...(checked.tls === undefined ? [] : [checked.tls]),
      ...builtinTransports,
    ]);
    if (!checked.insecure && !transport.isPrivate(address)) throw plaintext(address.text);
    if (closing !== undefined) throw closed();
    const unknown = options.publicMethods?.find((name) => !dispatcher.knows(name));
    if (unknown !== undefined) throw notThere(unknown);
    const listener = await transport.listen(
      address,
      admit(address.scheme, transport === checked.tls),
      connections.door,
    );
    // close() may have come while the system was busy.
    if (isClosing()) {
      await listener.close();
      throw closed();
    }
    try {
      registrar.listening(listener.address, serviceNames());
    } catch (error) {
      await Promise.all([listener.close(), registrar.close()]);
      throw error;
    }
    listeners.push(listener);
    return listener.address;
  }

  /** Ports that strangers reach tell their peers apart by the first bytes. */
  function admit(scheme: string, hasDoor: boolean): (transport: Transport) => void {
    if (!sharedSchemes.has(scheme)) return (transport) => connections.accept(transport);
    return (transport) => connections.accept(createSniffedTransport(transport, checked.sniff), hasDoor);
  }

  function isClosing(): boolean {
    return closing !== undefined;
  }

  async function shutDown(graceMs: number, farewellMs: number): Promise<void> {
    checked.health?.drain();
    if (registrar.isNeeded) await registrar.close();
    if (farewellMs > 0) await pause(environment, farewellMs);
    await Promise.all(listeners.map((listener) => listener.close()));
    await connections.drain(graceMs);
    await plugins.stop();
  }

  const server: Server = Object.freeze<Server>({
    get addresses() {
      return listeners.map((listener) => listener.address);
    },
    get services() {
      return [...services];
    },
    connections: connections.list,
    load: dispatcher.load,
    add(service, handlers) {
      dispatcher.add(service, handlers);
      services.push(service);
      checked.health?.added(service.name);
      const [first] = listeners;
      if (first !== undefined) registrar.listening(first.address, serviceNames());
      return server;
    },
    listen,
    reloadTls(options) {
      if (checked.tls === undefined)
        throw new TypeError("The server was made without tls; give it tls: { key, cert }.");
      checked.tls.reload(checkKeyAndCert(options));
    },
    registered: registrar.ready,
    announce: registrar.update,
    close(options: ServerCloseOptions = {}) {
      checkOptionKinds("close", options, { graceMs: "number", farewellMs: "number" });
      const { graceMs = defaultGraceMs, farewellMs = registrar.isNeeded ? defaultFarewellMs : 0 } = options;
      return (closing ??= shutDown(graceMs, farewellMs));
    },
    [Symbol.asyncDispose]: () => server.close(),
  });
  return server;
}

function pause(environment: Environment, delayMs: number): Promise<void> {
  return new Promise((resolve) => void environment.setTimer(delayMs, resolve));
}

function plaintext(address: string): TypeError {
  return new TypeError(
    `${address} can be reached from other machines and connections would not be encrypted. ` +
      'Listen on "tls://host:port" with tls: { key, cert }, on "tcp://127.0.0.1:port", or write insecure: true if the network may be trusted.',
  );
}

function notThere(name: string): TypeError {
  return new TypeError(
    `publicMethods names "${name}", which was not added before listen(). ` +
      'Write a service as "package.Service" and a method as "/package.Service/Method".',
  );
}

function closed(): TypeError {
  return new TypeError("The server is closed; create another one to listen again.");
}
