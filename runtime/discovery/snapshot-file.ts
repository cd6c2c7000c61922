import { createHash } from "node:crypto";
import { mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { instanceToJson } from "./instance-json.ts";
import type { Instance } from "./instance.ts";

/** The last good list of a target, on disk. */
export interface SnapshotFile {
  /** What an earlier run left, unchecked but for its shape; undefined when there is nothing that can be read. Never rejects. */
  read(): Promise<StoredSnapshot | undefined>;
  /** Replaces the file in one step. Writes follow one another. @returns resolves to the error, if there was one */
  write(instances: readonly Instance[], atMs: number): Promise<Error | undefined>;
}

/** Data of a file: a stranger's. */
export interface StoredSnapshot {
  readonly instances: readonly unknown[];
  /** Wall clock at which the registry said so. */
  readonly atMs: number;
}

const maxFileBytes = 64 * 1024 * 1024;

/** @param target without a password */
export function createSnapshotFile(folder: string, target: string): SnapshotFile {
  const name = createHash("sha256").update(target).digest("hex").slice(0, 24);
  const path = join(folder, `${name}.json`);
  let last: Promise<unknown> = Promise.resolve();

  async function read(): Promise<StoredSnapshot | undefined> {
    try {
      if ((await stat(path)).size > maxFileBytes) return undefined;
      const data = JSON.parse(await readFile(path, "utf8")) as Partial<Record<string, unknown>> | null;
      const { version, atMs, instances } = data ?? {};
      if (version !== 1 || typeof atMs !== "number" || !Array.isArray(instances) || data?.["target"] !== target)
        return undefined;
      return { instances, atMs };
    } catch {
      return undefined;
    }
  }

  async function store(instances: readonly Instance[], atMs: number): Promise<Error | undefined> {
    // Two processes may share the folder.
    const draft = `${path}.${process.pid}.tmp`;
    try {
      await mkdir(folder, { recursive: true });
      const text = JSON.stringify({ version: 1, target, atMs, instances: instances.map(instanceToJson) });
      await writeFile(draft, text, { mode: 0o600 });
      await rename(draft, path);
      return undefined;
    } catch (error) {
      await rm(draft, { force: true }).catch(() => undefined);
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  return {
    read,
    write(instances, atMs) {
      const written = last.then(() => store(instances, atMs));
      last = written;
      return written;
    },
  };
}
