import type { ConnectionState } from "../connection/connection.ts";
import { createMemoryBudget } from "../connection/memory-budget.ts";
import { createServerConnection } from "../connection/server-connection.ts";
import type { Doorkeeper, Transport } from "../transport/transport.ts";
import { createAdmission } from "./admission.ts";
import { identify } from "./authentication.ts";
import type { Dispatcher } from "./dispatcher.ts";
import type { CheckedServerOptions } from "./server-options.ts";
import { Session, type SessionHost } from "./session.ts";

/** One connection of a server at a moment. */
export interface ConnectionInfo {
  /** Address of the client. */
  readonly peer: string;
  readonly state: ConnectionState;
  /** Milliseconds since it was accepted. */
  readonly ageMs: number;
  /** Calls that came in by it and are not settled. */
  readonly callsInProgress: number;
  /** The id of its principal; undefined while that is not known. */
  readonly principal: string | undefined;
}

/** The connections of a server. */
export interface ConnectionSet {
  /** For transports whose peers have a handshake before they are accepted. */
  readonly door: Doorkeeper;
  /** Takes a new peer, within the limits. @param wasAsked it came through the door, where the hook was asked */
  accept(transport: Transport, wasAsked?: boolean): void;
  /** Ends all politely, those too that are still on their way in; later ones are refused. */
  drain(graceMs: number): Promise<void>;
  /** All that are open, the oldest first. */
  list(): readonly ConnectionInfo[];
}

export function createConnectionSet(options: CheckedServerOptions, dispatcher: Dispatcher): ConnectionSet {
  const { maxConnections, maxHandshakes, maxConnectionsPerAddress, maxInboundBytes } = options.serverLimits;
  const memory = createMemoryBudget(maxInboundBytes);
  const outboundMemory = createMemoryBudget(options.serverLimits.maxTotalOutboundBytes);
  const admission = createAdmission(maxConnectionsPerAddress);
  // In order of arrival: the first is the oldest.
  const all = new Set<Session>();
  const handshaking = new Set<Session>();
  /** Milliseconds that calls have from the moment on that everything ends. */
  let drainGraceMs: number | undefined;
  let isDrained = false;

  function remove(session: Session): void {
    all.delete(session);
    handshaking.delete(session);
  }

  /** Gives up the oldest peer that has not introduced itself. */
  function makeRoom(): boolean {
    if (memory.isNearlyFull) return false;
    if (all.size < maxConnections && handshaking.size < maxHandshakes) return true;
    const [oldest] = handshaking;
    if (oldest === undefined) return false;
    remove(oldest);
    oldest.connection.abort();
    return true;
  }

  /** One for all connections: what closures of its own take would be a twentieth of an idle one (bench `idle`). */
  const host: SessionHost = {
    onOpen(session) {
      handshaking.delete(session);
      authenticate(session);
    },
    onClose(session) {
      admission.leave(session.address);
      remove(session);
    },
    onRequest: dispatcher.dispatch,
    onDropped: dispatcher.drop,
    // Another connection may bring another token. What has arrived already is answered first.
    onTurnedAway: ({ connection }) => options.environment.defer(() => void connection.drain(options.limits.closeMs)),
  };

  const door: Doorkeeper = {
    maxHandshakes,
    enter: (address) => isWelcome(options, address) && admission.enter(address),
    leave: (address) => admission.leave(address),
  };

  function accept(transport: Transport, wasAsked = false): void {
    const address = transport.peerAddress;
    if (isDrained || !(wasAsked || isWelcome(options, address)) || !makeRoom()) return transport.abort();
    if (!admission.enter(address)) return transport.abort();
    const session = new Session(host, transport, options.environment.now(), (events) =>
      createServerConnection({
        transport,
        environment: options.environment,
        limits: options.limits,
        peerName: options.peerName,
        memory,
        outboundMemory,
        compressors: options.compression.compressors,
        events,
      }),
    );
    all.add(session);
    handshaking.add(session);
    // It was let in by the system, or by TLS, before the port was closed.
    if (drainGraceMs !== undefined) void session.connection.drain(drainGraceMs);
  }

  function authenticate(session: Session): void {
    const { environment, limits } = options;
    if (options.authenticate === undefined) return;
    const { address, tlsPeer, connection } = session;
    const request = { address, tlsPeer, token: connection.peerToken };
    session.caller = identify(options.authenticate, request, {
      environment,
      timeoutMs: limits.handshakeMs,
      report: (error) => dispatcher.report(error, "(authenticate)", session.address),
    });
    if (session.caller.pending === undefined) dismiss(session);
    else void session.caller.pending.then(() => dismiss(session));
  }

  /** Who is refused and never calls would otherwise stay as long as a good peer may. */
  function dismiss({ caller, connection }: Session): void {
    const { environment, limits } = options;
    if (caller.failure === undefined) return;
    environment.setTimer(limits.handshakeMs, () => void connection.drain(limits.closeMs)).unref();
  }

  return {
    door,
    accept,
    async drain(graceMs) {
      drainGraceMs = graceMs;
      // Some may come in while others end.
      while (all.size > 0) await Promise.all([...all].map(({ connection }) => connection.drain(graceMs)));
      isDrained = true;
    },
    list() {
      const nowMs = options.environment.now();
      return [...all].map(({ connection, address, sinceMs, caller }) => ({
        peer: address,
        state: connection.state,
        ageMs: Math.round(nowMs - sinceMs),
        callsInProgress: connection.callsInProgress,
        principal: caller.principal?.id,
      }));
    },
  };
}

/** A hook that throws lets nobody in. */
function isWelcome({ onAccept, onError }: CheckedServerOptions, address: string): boolean {
  if (onAccept === undefined) return true;
  try {
    return onAccept({ address }) === true;
  } catch (error) {
    onError(error, { method: "(onAccept)", peer: address, errorId: undefined });
    return false;
  }
}
