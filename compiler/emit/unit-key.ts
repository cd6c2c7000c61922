import type { OutputOptions } from "../../templates/template.ts";
import { BLOCK_COMMENT, LINE_COMMENT, STRING } from "../source/lexemes.ts";
import { hashParts, hashText } from "./hash.ts";

/** A schema file as its cache key sees it. */
export interface KeyedFile {
  readonly path: string;
  readonly text: string;
  /** Paths of the files that it imports or passes on. */
  readonly targets: readonly string[];
}

/** What the outputs of one file depend on beside texts. */
export interface UnitKeyOptions {
  /** Hash of the tool. */
  readonly tool: string;
  readonly templates: readonly string[];
  /** Where the outputs of a file go. */
  directoryOf(path: string): string;
  optionsFor(directory: string): OutputOptions;
  /** What an earlier run found of the files. */
  readonly known: ReadonlyMap<string, InterfaceHash>;
}

/** What importers see of a file, by what the file holds. */
export interface InterfaceHash {
  /** Hash of the text. */
  readonly text: string;
  /** Hash of the text without comments and layout. */
  readonly hash: string;
}

/** The cache keys of a compilation's files. */
export interface UnitKeys {
  keyOf(path: string): string;
  interfaceOf(path: string): InterfaceHash;
}

/**
 * Gives the cache key of each file of a compilation: equal keys mean equal output, and equal findings. Of the files that one
 * imports, directly or not, only what importers see counts: a changed comment there dirties nobody else.
 */
export function createUnitKeys(files: readonly KeyedFile[], options: UnitKeyOptions): UnitKeys {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const interfaceOf = createInterfaces(options.known);
  const twins = createTwins(files);
  const keyOf = (file: KeyedFile): string => {
    const { path } = file;
    const used = reachable(file, byPath).sort((left, right) => (left.path < right.path ? -1 : 1));
    const directory = options.directoryOf(path);
    const settings = JSON.stringify(options.optionsFor(directory));
    const around = used.map((each) => `${each.path}=${interfaceOf(each).hash}${twins(each.path)}`);
    return hashParts([
      ...[options.tool, settings, directory, ...options.templates, ""],
      ...[path, twins(path), interfaceOf(file).text, ...around],
    ]);
  };
  const keys = new Map<string, string>();
  return {
    keyOf: (path) => {
      const file = byPath.get(path);
      const key = keys.get(path) ?? (file === undefined ? "" : keyOf(file));
      keys.set(path, key);
      return key;
    },
    interfaceOf: (path) => interfaceOf(byPath.get(path) ?? { path, text: "", targets: [] }),
  };
}

/** Taking the comments out of a text costs more than its hash, so it is not done again for a text that is known. */
function createInterfaces(known: ReadonlyMap<string, InterfaceHash>): (file: KeyedFile) => InterfaceHash {
  const found = new Map<string, InterfaceHash>();
  return ({ path, text }) => {
    const before = found.get(path);
    if (before !== undefined) return before;
    const hash = hashText(text);
    const earlier = known.get(path);
    const result = earlier?.text === hash ? earlier : { text: hash, hash: hashText(withoutComments(text)) };
    found.set(path, result);
    return result;
  };
}

/** Files whose paths are the same but for upper and lower case: they decide on each other's names. */
function createTwins(files: readonly KeyedFile[]): (path: string) => string {
  const groups = new Map<string, string[]>();
  for (const { path } of files) {
    const group = groups.get(path.toLowerCase());
    if (group === undefined) groups.set(path.toLowerCase(), [path]);
    else group.push(path);
  }
  if (groups.size === files.length) return () => "";
  return (path) => (groups.get(path.toLowerCase()) ?? []).sort().join("\0");
}

const COMMENT = `${LINE_COMMENT}|${BLOCK_COMMENT}`;
/** A string with what is behind it, or layout that is more than one space: most is one, and stays. */
const LAYOUT = new RegExp(`(?:(${STRING})|${COMMENT}|[^\\S ]| (?=\\s|\\/[/*]))(?:\\s+|${COMMENT})*`, "g");

/** A text as importers see it: without comments, and with the same layout whatever there was. */
export function withoutComments(text: string): string {
  return text.replace(LAYOUT, "$1 ");
}

/** All that a file imports, without itself. */
function reachable(file: KeyedFile, byPath: ReadonlyMap<string, KeyedFile>): KeyedFile[] {
  const found = new Set([file]);
  for (const next of found) {
    for (const path of next.targets) {
      const target = byPath.get(path);
      if (target !== undefined) found.add(target);
    }
  }
  found.delete(file);
  return [...found];
}
