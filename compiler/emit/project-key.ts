/** What decides which files a run reads and writes; runs that agree in it share one manifest. */
export interface ProjectIdentity {
  /** Absolute working directory. */
  readonly directory: string;
  /** File arguments as typed. */
  readonly files: readonly string[];
  /** `--out-dir` as typed. */
  readonly outDir: string | undefined;
  /** `--config` as typed. */
  readonly config: string | undefined;
}

/**
 * A short name for a project. Not a secure hash and cheap on purpose: it runs before anything is imported. The manifest
 * repeats the identity in full, so that a collision costs a recompilation and nothing else.
 */
export function projectKey(identity: ProjectIdentity): string {
  return fingerprint(identityText(identity));
}

/** The identity as one comparable text. */
export function identityText({ directory, files, outDir = "", config = "" }: ProjectIdentity): string {
  return [directory, outDir, config, ...files].join("\0");
}

/** FNV-1a over UTF-16 units with two seeds, 16 hexadecimal digits. */
function fingerprint(text: string): string {
  let first = 0x811c9dc5;
  let second = 0x9e3779b9;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    first = Math.imul(first ^ unit, 0x01000193);
    second = Math.imul(second ^ unit, 0x85ebca6b);
  }
  return hex(first) + hex(second);
}

function hex(value: number): string {
  return (value >>> 0).toString(16).padStart(8, "0");
}
