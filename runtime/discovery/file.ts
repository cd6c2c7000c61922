import { readFile, stat } from "node:fs/promises";
import type { Timer } from "../environment/environment.ts";
import type { Instance } from "./instance.ts";
import type { Resolver, ResolverWatch } from "./resolver.ts";
import type { Target } from "./target.ts";

const pollMs = 1_000;
const maxFileBytes = 64 * 1024 * 1024;

/**
 * Resolves `file:///etc/app/instances.json`: a list of instances, or an object with one under `instances`. An entry needs an `address` and nothing more.
 * The file is looked at every second and read when it changed; what cannot be read leaves the last list as it is.
 */
export function createFileResolver(): Resolver {
  return {
    scheme: "file",
    watch(target, sink, { environment }): ResolverWatch {
      const path = pathOf(target);
      let timer: Timer | undefined;
      let isClosed = false;
      let mark: string | undefined;

      function arm(delayMs: number): void {
        if (isClosed) return;
        timer = environment.setTimer(delayMs, () => void look());
        timer.unref();
      }

      async function look(): Promise<void> {
        try {
          const { mtimeMs, size, ino } = await stat(path);
          const found = `${mtimeMs}-${size}-${ino}`;
          if (found !== mark && !isClosed) {
            const instances = await read(path, size);
            mark = found;
            if (!isClosed) sink.update({ instances, revision: found, complete: true, atMs: environment.wallClock() });
          }
        } catch (error) {
          if (!isClosed) sink.error(error instanceof Error ? error : new Error(String(error)));
        }
        arm(pollMs);
      }

      arm(0);
      return {
        close() {
          isClosed = true;
          timer?.cancel();
          return Promise.resolve();
        },
      };
    },
  };
}

async function read(path: string, size: number): Promise<readonly Instance[]> {
  if (size > maxFileBytes) throw new Error(`${path} has ${size} bytes; at most ${maxFileBytes} are read.`);
  const data: unknown = JSON.parse(await readFile(path, "utf8"));
  const list: unknown = Array.isArray(data) ? data : (data as { readonly instances?: unknown } | null)?.instances;
  if (!Array.isArray(list)) throw new Error(`${path} holds no list of instances.`);
  // Whoever uses the list checks each entry.
  return list.map(withDefaults) as readonly Instance[];
}

function withDefaults(entry: unknown): unknown {
  if (typeof entry !== "object" || entry === null) return entry;
  return { id: (entry as { readonly address?: unknown }).address, service: "file", ...entry };
}

function pathOf({ authorities, path, parameters, text }: Target): string {
  if (authorities.length > 0 || path === "") {
    throw new TypeError(
      `"${text}" names no file; write three slashes and a path, as in "file:///etc/app/instances.json".`,
    );
  }
  const [unknown] = Object.keys(parameters);
  if (unknown !== undefined) throw new TypeError(`"${text}": the parameter "${unknown}" is not known.`);
  return `/${path}`;
}
