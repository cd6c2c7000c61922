import { createCompression } from "../../../runtime/compression/compression.ts";
import { decompress } from "../../../runtime/compression/decompress.ts";
import { decodeBody, encodeBody } from "../../../runtime/codec/body.ts";
import {
  type Channel,
  createChannel,
  createClient,
  DeclaredError,
  metadata,
  type MetadataEntry,
  RpcError,
  type Server,
} from "../../../runtime/index.ts";
import { NodeWebSocket } from "../../runtime/transport/node-websocket.ts";
import { createWebSocketTransport } from "../../../runtime/transport/websocket.ts";
import { type FrameValue, hex, readFrames, unhex, writeFrame } from "../../runtime/protocol/vectors.ts";
import { verdictOfOption } from "./handshake.ts";
import type { Testee } from "../runner/run-vectors.mjs";
import { Conformance, messageType } from "./schema.ts";
import { compressors, startServer } from "./server.ts";
import { fromVector, toVector } from "./value.ts";

type Message = Readonly<Record<string, any>>;
type Answer = Readonly<Record<string, unknown>>;

/** This implementation as a testee of the runner, without a process of its own. */
export interface LocalTestee extends Testee {
  close(): Promise<void>;
}

export function createLocalTestee(): LocalTestee {
  const servers: Server[] = [];
  let channel: Channel | undefined;
  const operations: Readonly<Record<string, (message: Message) => Answer | Promise<Answer>>> = {
    hello: () => ({
      name: "rpcgen",
      modes: ["codec", "server", "client"],
      serializations: ["binary", "json"],
      features: ["websocket", "token", ...available.compressors.map(({ name }) => name)],
    }),
    decode: ({ schema, serialization, hex: bytes }) =>
      guarded(() => ({
        value: toVector(schema, decodeBody(messageType(schema), unhex(bytes), formatOf(serialization))),
      })),
    encode: ({ schema, serialization, value }) =>
      guarded(() => ({
        hex: hex(encodeBody(messageType(schema), fromVector(schema, value), formatOf(serialization))),
      })),
    readFrame: ({ hex: bytes }) => readOneFrame(unhex(bytes)),
    writeFrame: ({ value }) => ({ hex: hex(writeFrame(value as FrameValue)) }),
    readOption: ({ hex: bytes }) => verdictOfOption(unhex(bytes)),
    decompress: async ({ compressor, hex: bytes, maxMessageBytes }) =>
      guarded(async () => ({ hex: hex(await decompressBy(compressor, unhex(bytes), maxMessageBytes)) })),
    async listen({ server: kind }) {
      const server = await startServer(kind === "guarded");
      servers.push(server);
      return { port: Number(server.addresses[0]?.split(":").at(-1)) };
    },
    connect({ port, transport, token }) {
      const target = transport === "websocket" ? `ws://127.0.0.1:${port}/` : `tcp://127.0.0.1:${port}`;
      channel = createChannel({ target, token, compression, transports: [webSocket] });
      return {};
    },
    call: (message) => (channel === undefined ? { error: { code: 9 } } : makeCall(channel, message)),
    async disconnect() {
      await channel?.close({ graceMs: 0 });
      channel = undefined;
      return {};
    },
  };
  return {
    request: async (message) => operations[message.op as string]?.(message) ?? { skipped: true },
    close: async () => {
      await Promise.all(servers.map((server) => server.close({ graceMs: 0 })));
    },
  };
}

const compression = { compressors };
const available = createCompression(compression);
/** Of the tests, for Node 20, which has none. */
const webSocket = createWebSocketTransport("ws", NodeWebSocket);

function decompressBy(name: string, body: Uint8Array, maxMessageBytes: number): Uint8Array | Promise<Uint8Array> {
  const compressor = available.compressors.find((each) => each.name === name);
  if (compressor === undefined) throw new TypeError(`There is no ${name}.`);
  return decompress(compressor, body, maxMessageBytes);
}

function formatOf(serialization: unknown): 1 | 2 {
  return serialization === "json" ? 2 : 1;
}

async function guarded(action: () => Answer | Promise<Answer>): Promise<Answer> {
  try {
    return await action();
  } catch (error) {
    return { error: { code: RpcError.is(error) ? error.code : -1 } };
  }
}

const verdictCodes: Readonly<Record<string, number>> = { unsupported: 12, metadata_limit: 8, metadata_invalid: 3 };

function readOneFrame(bytes: Uint8Array): Answer {
  const [event] = readFrames([bytes]);
  if (event === undefined) return { error: { code: -1 } };
  if ("fault" in event) return { close: { code: event.fault } };
  if (!("verdict" in event)) return { value: event };
  return event.verdict === "malformed" ? { close: { code: 1 } } : { error: { code: verdictCodes[event.verdict] } };
}

async function makeCall(channel: Channel, message: Message): Promise<Answer> {
  const client = createClient(Conformance, { channel });
  const pairs: MetadataEntry[] = [];
  try {
    const result = await client[message.method](fromVector("conformance.v1.Note", message.request), {
      metadata: metadata(message.metadata ?? []),
      onResponseMetadata: (found: Iterable<MetadataEntry>) => void pairs.push(...found),
      ...(message.timeoutMs === undefined ? {} : { timeoutMs: message.timeoutMs }),
    });
    return {
      result: result === undefined ? {} : toVector("conformance.v1.Note", result),
      ...(pairs.length === 0 ? {} : { metadata: pairs.map((pair) => [...pair]) }),
    };
  } catch (error) {
    return { error: describe(RpcError.from(error)) };
  }
}

function describe(error: RpcError): Answer {
  const { code, reason, message } = error;
  if (!(error instanceof DeclaredError)) return { code, reason, message };
  const type = "conformance.v1.Failure";
  return { code, reason, message, type, data: toVector(type, (error as unknown as { data: object }).data) };
}
