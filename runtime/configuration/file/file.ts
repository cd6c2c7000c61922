import { watch as watchFolder, type FSWatcher } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import type { Timer } from "../../environment/environment.ts";
import { DocumentSink } from "../document-sink.ts";
import type { ConfigSource } from "../source.ts";

/** Settings of {@link fileConfiguration}. */
export interface FileConfigurationOptions {
  /** Milliseconds between looks at the file's time, besides what the system tells: network drives tell nothing. Default: 2,000. */
  readonly pollMs?: number | undefined;
}

const maxBytes = 4 * 1024 * 1024;
/** Editors and deployments write in several steps. */
const settleMs = 20;

/**
 * Configuration from a JSON file that is watched, whether it is written in place, replaced, or behind a link that moves (as in Kubernetes). A file that is missing is no configuration.
 * The key is not used: a file holds one document.
 */
export function fileConfiguration(path: string, { pollMs = 2_000 }: FileConfigurationOptions = {}): ConfigSource {
  const full = resolve(path);
  return {
    name: `file ${full}`,
    watch(_key, sink, { environment }) {
      let watcher: FSWatcher | undefined;
      let timer: Timer | undefined;
      let isClosed = false;
      let seen: string | undefined;
      let reading: Promise<void> = Promise.resolve();
      const close = async (): Promise<void> => {
        isClosed = true;
        watcher?.close();
        timer?.cancel();
        documents.close();
        await reading;
      };
      const documents = new DocumentSink(sink, () => void close());

      function look(delayMs: number): void {
        timer?.cancel();
        if (isClosed) return;
        timer = environment.setTimer(delayMs, () => {
          reading = read().finally(() => look(pollMs));
        });
        timer.unref();
      }

      async function read(): Promise<void> {
        try {
          const stamp = await stampOf(full);
          if (stamp === seen) return;
          const text = stamp === undefined ? undefined : await readText(full);
          // Changed while it was read: the next look reads it again.
          if (stamp !== (await stampOf(full))) return look(settleMs);
          seen = stamp;
          if (!isClosed) documents.update({ text, version: stamp ?? "missing" });
        } catch (error) {
          if (!isClosed) documents.error(error instanceof Error ? error : new Error(String(error)));
        }
      }

      try {
        // The folder, because a file that is replaced takes its watcher along.
        watcher = watchFolder(dirname(full), { persistent: false }, (_event, name) => {
          if (name === null || name === basename(full) || name.startsWith("..")) look(settleMs);
        });
        watcher.on("error", () => watcher?.close());
      } catch {
        // Without it looks at the time have to do.
      }
      seen = "";
      look(0);
      return { close };
    },
  };
}

async function stampOf(path: string): Promise<string | undefined> {
  try {
    const { mtimeMs, size, ino } = await stat(path);
    return `${mtimeMs}-${size}-${ino}`;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

async function readText(path: string): Promise<string> {
  const { size } = await stat(path);
  if (size > maxBytes) throw new Error(`${path} has ${size} bytes; a configuration has up to ${maxBytes}.`);
  return readFile(path, "utf8");
}
