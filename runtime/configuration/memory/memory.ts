import { DocumentSink } from "../document-sink.ts";
import type { ConfigSource } from "../source.ts";

/** A source whose documents the program itself sets: for tests, and for configuration that comes by a way of its own. */
export interface MemoryConfiguration extends ConfigSource {
  /** Sets a document, an object or JSON text; undefined removes it. */
  set(key: string, document: unknown, author?: string): void;
}

export function memoryConfiguration(): MemoryConfiguration {
  const documents = new Map<
    string,
    { readonly text: string | undefined; readonly version: string; readonly author: string | undefined }
  >();
  const listeners = new Map<string, Set<() => void>>();
  let versions = 0;
  return {
    name: "memory",
    set(key, document, author) {
      const text = document === undefined || typeof document === "string" ? document : JSON.stringify(document);
      documents.set(key, { text, version: String(++versions), author });
      listeners.get(key)?.forEach((listener) => listener());
    },
    watch(key, sink, { environment }) {
      const own = listeners.get(key) ?? new Set();
      listeners.set(key, own);
      const close = async (): Promise<void> => {
        own.delete(tell);
        sender.close();
      };
      const sender = new DocumentSink(sink, () => void close());
      const tell = (): void => sender.update(documents.get(key) ?? { text: undefined, version: "0" });
      own.add(tell);
      environment.yieldTurn(() => {
        if (own.has(tell)) tell();
      });
      return { close };
    },
  };
}
