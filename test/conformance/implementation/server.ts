import { type CallContext, createServer, RpcError, type Server, type ServerOptions } from "../../../runtime/index.ts";
import type { CompressorName } from "../../../runtime/compression/compression.ts";
import type { Code } from "../../../runtime/errors/code.ts";
import { Conformance, generated } from "./schema.ts";

interface Note {
  readonly text: string;
  readonly count: number;
}

const Failure = generated.Failure as new (data: object, message?: string) => RpcError;

/** Everything that may be read, whatever Node has of it. */
export const compressors: readonly CompressorName[] = ["gzip", "deflate", "br", "zstd"];

/**
 * A server of the conformance service on a free port.
 * @param isGuarded whether it wants to know who calls, as README.md says
 */
export async function startServer(isGuarded = false): Promise<Server> {
  const options = { onError: () => undefined, compression: { compressors }, ...(isGuarded ? guard : {}) };
  const server = createServer(options).add(Conformance, createHandlers());
  await server.listen("tcp://127.0.0.1:0");
  return server;
}

const guard: ServerOptions = {
  authenticate({ token }) {
    if (token === undefined) return undefined;
    if (token === "ann") return { id: token };
    throw new RpcError({ reason: "unauthenticated", message: "The token is not known." });
  },
  authorize: ({ principal, method }) => principal !== undefined && method.name === "echo",
  publicMethods: ["/conformance.v1.Conformance/Ping"],
};

function createHandlers(): object {
  let tracked = 0;
  return {
    echo: (note: Note) => note,
    fail({ text, count }: Note) {
      throw new Failure({ why: text, count });
    },
    code({ text, count }: Note) {
      throw new RpcError({ code: count as Code, message: text });
    },
    repeat: ({ text, count }: Note) => ({ text: text.repeat(count) }),
    metadata(context: CallContext) {
      const pairs = [...context.metadata].map(([key, value]) => ({ key, value }));
      for (const { key, value } of pairs) context.setResponseMetadata(key, value);
      return { pairs };
    },
    hang: (context: CallContext) => untilAborted(context),
    ping: () => undefined,
    *list({ text, count }: Note) {
      for (let index = 0; index < count; index++) yield { text, count: index };
    },
    async sum(notes: AsyncIterable<Note>) {
      let text = "";
      let count = 0;
      for await (const note of notes) {
        text += note.text;
        count++;
      }
      return { text, count };
    },
    async *chat(notes: AsyncIterable<Note>) {
      yield* notes;
    },
    ignore: (_notes: unknown, context: CallContext) => untilAborted(context),
    track: () => void tracked++,
    tracked: () => ({ count: tracked }),
  };
}

function untilAborted({ signal }: CallContext): Promise<void> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
