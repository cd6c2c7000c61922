import { createClientConnection } from "../../../runtime/connection/client-connection.ts";
import type {
  ClientConnection,
  IncomingCall,
  OutgoingCall,
  OutgoingRequest,
  RemoteFailure,
  RequestReceiver,
  ServerConnection,
} from "../../../runtime/connection/connection.ts";
import { createServerConnection } from "../../../runtime/connection/server-connection.ts";
import type { RpcError } from "../../../runtime/errors/rpc-error.ts";
import { FrameKind, HeaderTag } from "../../../runtime/protocol/frame.ts";
import { FrameReader } from "../../../runtime/protocol/frame-reader.ts";
import { FrameWriter } from "../../../runtime/protocol/frame-writer.ts";
import { encodeOption, createOption } from "../../../runtime/protocol/handshake.ts";
import { HeaderReader } from "../../../runtime/protocol/header-reader.ts";
import { HeaderWriter } from "../../../runtime/protocol/header-writer.ts";
import { defaultLimits, initialPeerLimits, type Limits } from "../../../runtime/protocol/limits.ts";
import { createVirtualEnvironment, type VirtualEnvironment } from "../../../runtime/testing/virtual-environment.ts";
import {
  createVirtualPair,
  type VirtualNetworkOptions,
  type VirtualTransport,
} from "../../../runtime/testing/virtual-network.ts";
import { collect } from "../protocol/vectors.ts";

export const noBody: Uint8Array = new Uint8Array(0);

/** Everything that happened to one call at the client. */
export interface Outcome {
  readonly items: string[];
  response?: string;
  ended?: true;
  error?: RpcError;
  failure?: {
    readonly errorType: string | undefined;
    readonly body: string;
  };
  metadata?: readonly (readonly [string, string])[];
  writable: number;
  outcomes: number;
  call: OutgoingCall;
}

export interface ServedCall {
  readonly call: IncomingCall;
  readonly body: string;
  readonly items: string[];
  itemsEnded?: true;
  cancelled?: RpcError;
  writable: number;
}

export interface World {
  readonly environment: VirtualEnvironment;
  readonly client: ClientConnection;
  readonly server: ServerConnection;
  readonly clientEnd: VirtualTransport;
  readonly serverEnd: VirtualTransport;
  readonly served: ServedCall[];
  readonly closed: { client?: RpcError | "polite"; server?: RpcError | "polite" };
  start(request?: Partial<OutgoingRequest> & { consume?: boolean }): Outcome;
}

export interface WorldOptions {
  readonly seed?: number;
  readonly clientLimits?: Partial<Limits>;
  readonly serverLimits?: Partial<Limits>;
  readonly network?: (environment: VirtualEnvironment) => Partial<VirtualNetworkOptions>;
  readonly onRequest?: (served: ServedCall) => Partial<RequestReceiver> | void;
  readonly consumeAtServer?: boolean;
}

export function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("latin1");
}

export function createWorld(options: WorldOptions = {}): World {
  const environment = createVirtualEnvironment(options.seed);
  const [clientEnd, serverEnd] = createVirtualPair({ environment, ...options.network?.(environment) });
  const served: ServedCall[] = [];
  const closed: World["closed"] = {};
  const server = createServerConnection({
    transport: serverEnd,
    environment,
    limits: options.serverLimits,
    events: {
      onRequest: (call, body) => serve(call, body, served, options),
      onClose: (error) => void (closed.server = error ?? "polite"),
    },
  });
  const client = createClientConnection({
    transport: clientEnd,
    environment,
    limits: options.clientLimits,
    events: { onClose: (error) => void (closed.client = error ?? "polite") },
  });
  return {
    environment,
    client,
    server,
    clientEnd,
    serverEnd,
    served,
    closed,
    start: (request) => startCall(client, request),
  };
}

function serve(call: IncomingCall, body: Uint8Array, served: ServedCall[], options: WorldOptions): void {
  const entry: ServedCall = { call, body: text(body), items: [], writable: 0 };
  served.push(entry);
  call.receiver = {
    onItem: (item, cost) => {
      entry.items.push(text(item));
      if (options.consumeAtServer !== false) call.consumed(cost);
    },
    onItemsEnd: () => void (entry.itemsEnded = true),
    onCancel: (error) => void (entry.cancelled = error),
    onWritable: () => void entry.writable++,
  };
  const receiver = options.onRequest?.(entry);
  if (receiver) call.receiver = { ...call.receiver, ...receiver };
}

export function startCall(
  client: ClientConnection,
  request: Partial<OutgoingRequest> & { consume?: boolean } = {},
): Outcome {
  const outcome: Partial<Outcome> & { items: string[]; writable: number; outcomes: number } = {
    items: [],
    writable: 0,
    outcomes: 0,
  };
  const call = client.startCall({
    methodId: 7,
    body: noBody,
    ...request,
    receiver: request.receiver ?? {
      onResponse: (body, head) => {
        outcome.outcomes++;
        outcome.response = text(body);
        outcome.metadata = head.metadata();
      },
      onItem: (body, cost, head) => {
        outcome.items.push(text(body));
        if (outcome.items.length === 1) outcome.metadata = head.metadata();
        if (request.consume !== false) outcome.call?.consumed(cost);
      },
      onEnd: (head) => {
        outcome.outcomes++;
        outcome.ended = true;
        outcome.metadata ??= head.metadata();
      },
      onError: (error, failure) => {
        outcome.outcomes++;
        outcome.error = error;
        if (failure) outcome.failure = toFailure(failure);
      },
      onWritable: () => void outcome.writable++,
    },
  });
  outcome.call = call;
  return outcome as Outcome;
}

function toFailure({ errorType, body }: RemoteFailure): NonNullable<Outcome["failure"]> {
  return { errorType, body: text(body) };
}

/** A frame that a {@link RawPeer} got. */
export interface SeenFrame {
  readonly kind: number;
  readonly lane: number;
  readonly id: string;
  readonly flags: number;
  readonly header: {
    readonly credit: number;
    readonly errorCode: number;
    readonly goawayCode: number;
    readonly reason: string | undefined;
    readonly message: string | undefined;
  };
  readonly length: number;
  readonly body: string;
}

/** A peer that sends what it is told and notes what it gets. */
export interface RawPeer {
  readonly frames: SeenFrame[];
  readonly optionText: () => string;
  readonly isClosed: () => boolean;
  send(...bytes: Uint8Array[]): void;
}

export function createRawPeer(transport: VirtualTransport): RawPeer {
  const frames: SeenFrame[] = [];
  const header = new HeaderReader(defaultLimits);
  let optionText = "";
  const reader = new FrameReader(
    {
      onFrame(frame) {
        header.read(frame.bytes, frame.headerStart, frame.bodyStart);
        const { credit, errorCode, goawayCode } = header;
        frames.push({
          kind: frame.kind,
          lane: frame.idLow & 0xffff,
          id: ((BigInt(frame.idHigh) << 32n) | BigInt(frame.idLow)).toString(),
          flags: frame.flags,
          header: {
            credit,
            errorCode,
            goawayCode,
            reason: header.text(6),
            message: header.text(HeaderTag.errorMessage),
          },
          length: frame.frameBytes,
          body: text(frame.body()),
        });
      },
      onFault: (fault) => {
        throw new Error(fault.message);
      },
    },
    defaultLimits,
  );
  transport.start({
    onData(bytes) {
      const end = optionText.endsWith("\n") ? 0 : bytes.indexOf(10) + 1;
      if (end > 0) optionText += text(bytes.subarray(0, end));
      reader.push(bytes.subarray(end));
    },
    onDrain: () => undefined,
    onClose: () => undefined,
  });
  return {
    frames,
    optionText: () => optionText,
    isClosed: () => transport.isClosed,
    send: (...bytes) => bytes.forEach((part) => transport.write(part)),
  };
}

/** A server with a raw client, whose Option is exchanged. */
export interface RawWorld extends RawPeer {
  readonly environment: VirtualEnvironment;
  readonly server: ServerConnection;
  readonly served: ServedCall[];
  /** Why one-way calls were turned away. */
  readonly dropped: RpcError[];
  readonly closed: { server?: RpcError | "polite" };
  settle(ms?: number): void;
  /** Ends the client's side of the transport. */
  end(): void;
  goaway(): number | undefined;
}

export const clientOption: Uint8Array = encodeOption(createOption([1, 2], initialPeerLimits, undefined));

export function createRawWorld(options: WorldOptions & { readonly option?: Uint8Array | undefined } = {}): RawWorld {
  const environment = createVirtualEnvironment(options.seed);
  const [clientEnd, serverEnd] = createVirtualPair({ environment, ...options.network?.(environment) });
  const served: ServedCall[] = [];
  const closed: RawWorld["closed"] = {};
  const dropped: RpcError[] = [];
  const server = createServerConnection({
    transport: serverEnd,
    environment,
    limits: options.serverLimits,
    events: {
      onRequest: (call, body) => serve(call, body, served, options),
      onDropped: (_, error) => void dropped.push(error),
      onClose: (error) => void (closed.server = error ?? "polite"),
    },
  });
  const peer = createRawPeer(clientEnd);
  const option = "option" in options ? options.option : clientOption;
  if (option !== undefined) peer.send(option);
  environment.advance(1);
  return {
    ...peer,
    environment,
    server,
    served,
    dropped,
    closed,
    settle: (ms = 1) => environment.advance(ms),
    end: () => clientEnd.close(),
    goaway: () => peer.frames.find(({ kind }) => kind === FrameKind.goaway)?.header.goawayCode,
  };
}

export interface FrameInput {
  readonly kind: number;
  readonly sequence?: number;
  readonly lane?: number;
  readonly serialization?: number;
  readonly flags?: number;
  readonly header?: Uint8Array;
  readonly body?: Uint8Array;
}

/** A frame of call `sequence` in `lane`. */
export function frame({
  kind,
  sequence = 0,
  lane = 0,
  serialization = 0,
  flags = 0,
  header = noBody,
  body = noBody,
}: FrameInput): Uint8Array {
  const writer = new FrameWriter();
  const high = Math.floor(sequence / 65_536);
  writer.begin(
    kind,
    serialization,
    flags,
    high,
    (((sequence % 65_536) << 16) | lane) >>> 0,
    header.length,
    body.length,
  );
  writer.copy(header);
  writer.copy(body);
  return collect(writer);
}

/** A unary request. */
export function request(
  sequence: number,
  lane = 0,
  input: Partial<FrameInput> & { readonly deadlineMicros?: number } = {},
): Uint8Array {
  const header = new HeaderWriter().number(1, 7);
  if (input.deadlineMicros !== undefined) header.number(3, input.deadlineMicros);
  return frame({
    kind: FrameKind.request,
    sequence,
    lane,
    serialization: 1,
    flags: 0x10,
    header: header.finish(),
    ...input,
  });
}

export function credit(bytes: number, sequence = 0, lane = 0): Uint8Array {
  return frame({ kind: FrameKind.credit, sequence, lane, header: new HeaderWriter().number(4, bytes).finish() });
}
