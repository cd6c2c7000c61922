import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { cachedDataVersionTag } from "node:v8";
import { readShared } from "./shared-file.ts";

/**
 * What V8 made of the tool's text in earlier runs, so that this run need not compile it again: about a third of a small
 * compilation. It is kept per build of the tool, per command, and per V8 with its flags, beside other caches in the
 * `node_modules` that the tool was installed in. Whatever is wrong with it, the tool runs all the same.
 */
export interface CodeCache {
  /** The data to give to V8, when there is any; threads have it in common. */
  readonly data: Buffer | undefined;
  /** Keeps what this run compiled, as long as there is something to learn. Never throws. */
  keep(produce: () => Buffer): void;
}

/** Functions are compiled when they are first called, so the first runs of a command each add some; then it is enough. */
const GENERATIONS = 3;
/** SHA-256 of the rest of the file, the generation, and padding: V8 reads data where its words are aligned. */
const HEADER_BYTES = 64;
const HASH_BYTES = 32;

/** Opens the cache of one command of the build whose text is at `path`. */
export function openCodeCache(path: string, command: string): CodeCache {
  const place = placeOf(path, command);
  const found = place === undefined ? undefined : read(`${place.directory}/${place.name}`);
  return {
    data: found?.data,
    keep: (produce) => {
      const generation = (found?.generation ?? 0) + 1;
      if (place === undefined || generation > GENERATIONS) return;
      try {
        write(place, produce(), generation);
      } catch {
        // A folder that cannot be written: the next run compiles as this one did.
      }
    },
  };
}

interface Place {
  readonly directory: string;
  /** Start of the names of this build's files. */
  readonly build: string;
  readonly name: string;
}

/** Nowhere for a command that does not exist, or a tool that is not installed. */
function placeOf(path: string, command: string): Place | undefined {
  const modules = nearestModules(path);
  if (modules === undefined || !/^[a-z]{1,20}$/u.test(command)) return undefined;
  const build = `code-${path.slice(path.lastIndexOf("/") + 1, path.lastIndexOf("."))}`;
  const name = `${build}-${cachedDataVersionTag().toString(36)}-${command}.bin`;
  return { directory: `${modules}/.cache/rpcgen`, build, name };
}

function nearestModules(path: string): string | undefined {
  for (let cut = path.lastIndexOf("/"); cut > 0; cut = path.lastIndexOf("/", cut - 1)) {
    const modules = `${path.slice(0, cut)}/node_modules`;
    if (existsSync(modules)) return modules;
  }
  return undefined;
}

/** V8 trusts the data it is given beyond its header, so a damaged file is told by its hash. */
function read(path: string): { readonly data: Buffer; readonly generation: number } | undefined {
  try {
    const bytes = readShared(path);
    if (bytes.length <= HEADER_BYTES || !hashOf(bytes).equals(bytes.subarray(0, HASH_BYTES))) return undefined;
    return { data: bytes.subarray(HEADER_BYTES), generation: bytes[HASH_BYTES] ?? 0 };
  } catch {
    return undefined;
  }
}

function hashOf(bytes: Buffer): Buffer {
  return createHash("sha256").update(bytes.subarray(HASH_BYTES)).digest();
}

function write({ directory, build, name }: Place, data: Buffer, generation: number): void {
  mkdirSync(directory, { recursive: true });
  removeOtherBuilds(directory, build);
  const bytes = Buffer.alloc(HEADER_BYTES + data.length);
  bytes[HASH_BYTES] = generation;
  data.copy(bytes, HEADER_BYTES);
  hashOf(bytes).copy(bytes);
  const temporary = `${directory}/${name}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, bytes, { flag: "wx" });
    renameSync(temporary, `${directory}/${name}`);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

function removeOtherBuilds(directory: string, build: string): void {
  for (const name of readdirSync(directory)) {
    if (name.startsWith("code-") && !name.startsWith(build)) rmSync(`${directory}/${name}`, { force: true });
  }
}
