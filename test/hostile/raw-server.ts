import { createClientConnection } from "../../runtime/connection/client-connection.ts";
import type { ClientConnection, OutgoingRequest } from "../../runtime/connection/connection.ts";
import { createServerConnection } from "../../runtime/connection/server-connection.ts";
import type { RpcError } from "../../runtime/errors/rpc-error.ts";
import { FrameKind } from "../../runtime/protocol/frame.ts";
import { createOption, encodeOption } from "../../runtime/protocol/handshake.ts";
import { initialPeerLimits, type Limits } from "../../runtime/protocol/limits.ts";
import { createVirtualEnvironment, type VirtualEnvironment } from "../../runtime/testing/virtual-environment.ts";
import { createVirtualPair } from "../../runtime/testing/virtual-network.ts";
import type { Transport, TransportEvents } from "../../runtime/transport/transport.ts";
import { createRawPeer, type Outcome, type RawPeer, startCall } from "../runtime/connection/world.ts";

export const serverOption: Uint8Array = encodeOption(createOption([1], initialPeerLimits, undefined));

/** A client whose server does what the test says. */
export interface RawServerWorld extends RawPeer {
  readonly environment: VirtualEnvironment;
  readonly client: ClientConnection;
  readonly closed: { client?: RpcError | "polite" };
  start(request?: Partial<OutgoingRequest> & { consume?: boolean }): Outcome;
  settle(ms?: number): void;
  goaway(): number | undefined;
}

export function createRawServerWorld(
  options: { readonly limits?: Partial<Limits>; readonly option?: Uint8Array | undefined } = {},
): RawServerWorld {
  const environment = createVirtualEnvironment();
  const [clientEnd, serverEnd] = createVirtualPair({ environment });
  const closed: RawServerWorld["closed"] = {};
  const client = createClientConnection({
    transport: clientEnd,
    environment,
    limits: options.limits,
    events: { onClose: (error) => void (closed.client = error ?? "polite") },
  });
  const peer = createRawPeer(serverEnd);
  const option = "option" in options ? options.option : serverOption;
  if (option !== undefined) peer.send(option);
  environment.advance(1);
  return {
    ...peer,
    environment,
    client,
    closed,
    start: (request) => startCall(client, request),
    settle: (ms = 1) => environment.advance(ms),
    goaway: () => peer.frames.find(({ kind }) => kind === FrameKind.goaway)?.header.goawayCode,
  };
}

/** A transport that hands bytes on within `feed`, so that whatever is thrown reaches the test. */
export interface BareTransport extends Transport {
  readonly written: Uint8Array[];
  readonly isClosed: boolean;
  feed(bytes: Uint8Array): void;
  end(): void;
}

export function createBareTransport(): BareTransport {
  const written: Uint8Array[] = [];
  let events: TransportEvents | undefined;
  let isClosed = false;
  const end = (error?: Error): void => {
    if (isClosed) return;
    isClosed = true;
    events?.onClose(error);
  };
  return {
    localAddress: "here",
    peerAddress: "there",
    isPrivate: true,
    bytesRead: 0,
    bytesWritten: 0,
    bytesQueued: 0,
    written,
    get isClosed() {
      return isClosed;
    },
    start: (given) => void (events = given),
    write(bytes, onWritten) {
      if (isClosed) return true;
      written.push(new Uint8Array(bytes));
      onWritten?.();
      return true;
    },
    pause: () => undefined,
    resume: () => undefined,
    close: () => end(),
    abort: (error) => end(error),
    end: () => end(),
    feed(bytes) {
      if (isClosed) return;
      const reused = new Uint8Array(bytes);
      events?.onData(reused);
      reused.fill(0xaa);
    },
  };
}

export { createClientConnection, createServerConnection, createVirtualEnvironment };
