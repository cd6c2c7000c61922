import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { isAbsent, isUntouched, type Stamp } from "./stamp.ts";
import { identityText, projectKey, type ProjectIdentity } from "./project-key.ts";
import type { InterfaceHash } from "./unit-key.ts";

/** Raised whenever the layout of {@link Manifest} changes; older manifests are then ignored. */
export const MANIFEST_FORMAT = 4;

/** A file that a run read. */
export interface TrackedFile {
  readonly stamp: Stamp;
  /** SHA-256 of the bytes. */
  readonly hash: string;
}

/** What one schema file was turned into. */
export interface TrackedUnit {
  /** Path of the schema as the descriptor names it. */
  readonly path: string;
  /** Hash of everything its output depends on; empty when an output was not what was written by the end of the run. */
  readonly key: string;
  /**
   * By their stamps alone: hashing all that is written would take a few per cent of a compilation, and only spare one where outputs were
   * written anew as they were.
   */
  readonly outputs: readonly Stamp[];
  readonly interface: InterfaceHash;
  readonly facts: UnitFacts;
}

/** What a schema file holds that others need not read it for. */
export interface UnitFacts {
  readonly messages: number;
  readonly services: number;
  /** Names that mean one thing in a whole compilation, with what they mean here. */
  readonly claims: readonly (readonly [name: string, meaning: string])[];
}

/** What a successful run leaves behind for the next one. */
export interface Manifest {
  readonly format: number;
  readonly identity: string;
  /** Hash of the tool itself. */
  readonly tool: string;
  /** Stamp of the tool's entry, so that the fast path need not hash it. */
  readonly toolStamp: Stamp | undefined;
  /** Hash of the resolved configuration. */
  readonly settings: string;
  /** Schemas, configuration and tsconfig files. */
  readonly inputs: readonly TrackedFile[];
  /** Directories that were listed, with what was found in them. */
  readonly directories: readonly Stamp[];
  /** Absolute paths of the schema files that were asked for. */
  readonly entries: readonly string[];
  /** Paths that were looked for and not found: if one appears, the result may change. */
  readonly absent: readonly string[];
  readonly units: readonly TrackedUnit[];
  readonly counts: Counts;
  /** Warnings of the run: it is repeated until there are none. */
  readonly warnings: number;
}

/** Figures of the summary line. */
export interface Counts {
  readonly files: number;
  readonly messages: number;
  readonly services: number;
}

/** Where manifests are kept: with other caches in the nearest `node_modules`, else in `.rpcgen` of the directory. */
export function cacheDirectory(directory: string): string {
  for (let current = directory; ;) {
    if (existsSync(`${current}/node_modules`)) return `${current}/node_modules/.cache/rpcgen`;
    const cut = Math.max(current.lastIndexOf("/"), current.lastIndexOf("\\"));
    if (cut <= 0) return `${directory}/.rpcgen`;
    current = current.slice(0, cut);
  }
}

/** Path of the manifest of a project. */
export function manifestPath(identity: ProjectIdentity): string {
  return `${cacheDirectory(identity.directory)}/${projectKey(identity)}.json`;
}

/** The manifest that the last successful run left, or `undefined` when there is none that can be trusted. */
export function readManifest(identity: ProjectIdentity): Manifest | undefined {
  try {
    const manifest = JSON.parse(readFileSync(manifestPath(identity), "utf8")) as Manifest;
    return manifest.format === MANIFEST_FORMAT && manifest.identity === identityText(identity) ? manifest : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps a manifest. A cache that cannot be written is not an error: the next run is slower and as right. */
export function writeManifest(identity: ProjectIdentity, manifest: Manifest): void {
  const path = manifestPath(identity);
  try {
    mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    const temporary = `${path}.${process.pid}.tmp`;
    writeFileSync(temporary, JSON.stringify(manifest));
    renameSync(temporary, path);
  } catch {
    removeManifest(identity);
  }
}

/** Forgets a project. */
export function removeManifest(identity: ProjectIdentity): void {
  try {
    rmSync(manifestPath(identity), { force: true });
  } catch {
    // Nothing depends on it: a manifest that cannot be removed is verified before it is believed.
  }
}

/** True when every file that the run read, listed, missed or wrote is as it was. Looks at names and times only. */
export function isUpToDate(manifest: Manifest): boolean {
  return (
    manifest.toolStamp !== undefined &&
    isUntouched(manifest.toolStamp) &&
    manifest.inputs.every((file) => isUntouched(file.stamp)) &&
    manifest.directories.every(isUntouched) &&
    manifest.units.every((unit) => unit.outputs.every(isUntouched)) &&
    manifest.absent.every(isAbsent)
  );
}
