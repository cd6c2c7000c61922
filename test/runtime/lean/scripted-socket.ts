import { vi } from "vitest";
import { type ChannelOptions } from "../../../runtime/index.ts";
import { createChannel } from "../../../runtime/lean/channel.ts";
import { createClient } from "../../../runtime/lean/client.ts";
import { createFrameCutter, encodeFrame, entry, type Frame, utf8 } from "../../../runtime/lean/frames.ts";
import { defaultLimits } from "../../../runtime/protocol/limits.ts";
import { createVirtualEnvironment, type VirtualEnvironment } from "../../../runtime/testing/index.ts";
import type { StandardEvent, StandardWebSocket } from "../../../runtime/transport/websocket.ts";
import type { Channel } from "../../../runtime/index.ts";
import { Lab, type LabClient } from "../fixture/lab.ts";

/** A WebSocket whose other end is the test. */
export class ScriptedSocket implements StandardWebSocket {
  binaryType: string;
  bufferedAmount: number;
  /** As the client closed it; undefined while it did not. */
  closedWith: number | undefined;
  /** The client's Option, and the frames behind it. */
  option: Readonly<Record<string, unknown>> | undefined;
  readonly frames: Frame[];
  private readonly events: EventTarget;
  private readonly cutter: ReturnType<typeof createFrameCutter>;

  constructor() {
    this.binaryType = "";
    this.bufferedAmount = 0;
    this.closedWith = undefined;
    this.option = undefined;
    this.frames = [];
    this.events = new EventTarget();
    this.cutter = createFrameCutter(defaultLimits, (frame) => void this.frames.push(frame));
  }

  addEventListener(type: string, listener: (event: StandardEvent) => void): void {
    this.events.addEventListener(type, listener as unknown as (event: Event) => void);
  }

  send(bytes: Uint8Array): void {
    if (this.option !== undefined) return void this.cutter.push(bytes.slice());
    const end = bytes.indexOf(0x0a);
    this.option = JSON.parse(Buffer.from(bytes.subarray(0, end)).toString()) as Record<string, unknown>;
    if (end + 1 < bytes.length) this.cutter.push(bytes.slice(end + 1));
  }

  close(code: number = 1005): void {
    this.closedWith = code;
  }

  emit(type: string, members: StandardEvent = {}): void {
    this.events.dispatchEvent(Object.assign(new Event(type), members));
  }

  receive(bytes: Uint8Array): void {
    this.emit("message", { data: new Uint8Array(bytes).buffer });
  }

  /** The frames of one kind that the client sent. */
  sent(kind: number): readonly Frame[] {
    return this.frames.filter((frame) => frame.kind === kind);
  }
}

/** A channel of the small client on a clock of its own, over sockets that do what the test says. */
export interface Script {
  readonly env: VirtualEnvironment;
  readonly channel: Channel;
  readonly lab: LabClient;
  /** Every socket that was made, oldest first. */
  readonly sockets: readonly ScriptedSocket[];
  /** When each was made. */
  readonly dialledMs: readonly number[];
  /** The last one. */
  socket(): ScriptedSocket;
  /** Opens the last socket, with an Option of these members. */
  accept(members?: object): Promise<ScriptedSocket>;
}

export function createScript(options: Partial<ChannelOptions> = {}): Script {
  const env = createVirtualEnvironment();
  const sockets: ScriptedSocket[] = [];
  const dialledMs: number[] = [];
  vi.stubGlobal(
    "WebSocket",
    class extends ScriptedSocket {
      constructor() {
        super();
        sockets.push(this);
        dialledMs.push(env.now());
      }
    },
  );
  const channel = createChannel({ target: "wss://api.example.com/", environment: env, ...options });
  const socket = (): ScriptedSocket => sockets.at(-1) as ScriptedSocket;
  return {
    env,
    channel,
    lab: createClient(Lab, { channel }),
    sockets,
    dialledMs,
    socket,
    async accept(members = {}) {
      socket().emit("open");
      // The token is asked for in turns of its own.
      await env.advanceAsync(1);
      socket().receive(optionOf(members));
      await env.advanceAsync(1);
      return socket();
    },
  };
}

export function optionOf(members: object = {}): Uint8Array {
  const option = { MagicNumber: 0x3bef5c, CodecType: "application/x-rpcgen", Serializations: ["binary"], ...members };
  return utf8(`${JSON.stringify(option)}\n`);
}

/** A frame of the server for the call of `request`. */
export function answer(
  kind: number,
  request: Pick<Frame, "idHigh" | "idLow">,
  { flags = 0x10, header = [], body, serialization = 1 }: AnswerParts = {},
): Uint8Array {
  const entries = header.map(([tag, value]) => entry(tag, value));
  return encodeFrame(kind, flags, request, Buffer.concat(entries), body, serialization);
}

interface AnswerParts {
  readonly flags?: number;
  readonly header?: readonly (readonly [tag: number, value: number | string | Uint8Array])[];
  readonly body?: Uint8Array;
  readonly serialization?: number;
}
