import { type CallContext, createServer, RpcError, type Server } from "../../../runtime/index.ts";
import type { Code } from "../../../runtime/errors/code.ts";
import { Conformance, generated } from "./schema.ts";

interface Note {
  readonly text: string;
  readonly count: number;
}

const Failure = generated.Failure as new (data: object, message?: string) => RpcError;

/** A server of the conformance service on a free port. */
export async function startServer(address = "tcp://127.0.0.1:0"): Promise<Server> {
  const server = createServer({ onError: () => undefined }).add(Conformance, createHandlers());
  await server.listen(address);
  return server;
}

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
