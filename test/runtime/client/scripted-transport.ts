import {
  type Address,
  createMemoryTransport,
  RpcError,
  type Transport,
  type TransportKind,
} from "../../../runtime/index.ts";
import { createMemoryPair } from "../../../runtime/transport/memory-pair.ts";
import type { StoppedClock } from "../fixture/stopped-clock.ts";

/** How attempts to connect end: well, refused, not at all, or well, with a peer that then closes or stays without a word. */
export type Mode = "up" | "down" | "stuck" | "hanging up" | "silent";

/** A network that a test switches on and off. */
export interface ScriptedTransport {
  readonly kind: TransportKind;
  mode: Mode;
  /** When each attempt was made, on the clock of the test. */
  readonly attemptsMs: number[];
  /** The client's ends that are or were open, oldest first. */
  readonly opened: Transport[];
}

export function createScriptedTransport(clock: StoppedClock, mode: Mode = "up"): ScriptedTransport {
  const inner = createMemoryTransport();
  const attemptsMs: number[] = [];
  const opened: Transport[] = [];
  const scripted: ScriptedTransport = {
    mode,
    attemptsMs,
    opened,
    kind: {
      scheme: "memory",
      isPrivate: () => true,
      listen: (address, accept) => inner.listen(address, accept),
      async connect(address: Address, options) {
        attemptsMs.push(clock.now());
        if (scripted.mode === "stuck") return new Promise<Transport>(() => undefined);
        if (scripted.mode === "down") throw new RpcError({ reason: "connect_failed", message: "The network is down." });
        if (scripted.mode === "hanging up") return hangingUp();
        if (scripted.mode === "silent") return createMemoryPair("silent")[0];
        const transport = await inner.connect(address, options);
        opened.push(transport);
        return transport;
      },
    },
  };
  return scripted;
}

/** A connection to a peer that accepts and closes at once, as the queue of a listener that stops. */
function hangingUp(): Transport {
  const [end, other] = createMemoryPair("hanging up");
  other.start({ onData: () => other.abort(), onDrain: () => undefined, onClose: () => undefined });
  return end;
}

/** What passes on no bytes after a while, and does not say so: a peer whose cable was cut. */
export function blackHole(transport: Transport): Transport & { cut(): void } {
  let isCut = false;
  return {
    get localAddress() {
      return transport.localAddress;
    },
    get peerAddress() {
      return transport.peerAddress;
    },
    isPrivate: true,
    get bytesRead() {
      return transport.bytesRead;
    },
    get bytesWritten() {
      return transport.bytesWritten;
    },
    bytesQueued: 0,
    start: (events) =>
      transport.start({
        onData: (bytes) => (isCut ? undefined : events.onData(bytes)),
        onDrain: () => events.onDrain(),
        onClose: (error) => events.onClose(error),
      }),
    write: (bytes, onWritten) => (isCut ? (onWritten?.(), true) : transport.write(bytes, onWritten)),
    pause: () => transport.pause(),
    resume: () => transport.resume(),
    close: () => transport.close(),
    abort: (error) => transport.abort(error),
    cut: () => void (isCut = true),
  };
}
