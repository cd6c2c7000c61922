import type { LoadOptions } from "../semantics/load.ts";
import { loadPlainly } from "../semantics/load-plainly.ts";
import type { Module } from "../semantics/program.ts";
import type { Host } from "../source/host.ts";
import { isHeader, outline, type Statement } from "./outline.ts";

/** A file of a compilation before its declarations are read. */
export interface SurveyedFile {
  /** As the compilation will load it, but for declarations. */
  readonly module: Module;
  readonly text: string;
  readonly statements: readonly Statement[];
  /** The files that its imports and exports name. */
  readonly targets: readonly SurveyedFile[];
}

/** All files of a compilation with who imports whom. */
export interface Survey {
  /** In the order of loading. */
  readonly files: readonly SurveyedFile[];
  readonly byPath: ReadonlyMap<string, SurveyedFile>;
  readonly ofModule: ReadonlyMap<Module, SurveyedFile>;
}

interface OutlinedText {
  readonly text: string;
  readonly statements: readonly Statement[];
  /** What stands in it that is no declaration. */
  readonly header: string;
}

/** Finds all files by reading no more than what they import. `undefined` when there is anything to report. */
export function surveyFiles(entries: readonly string[], host: Host, options: LoadOptions): Survey | undefined {
  const outlines = new Map<string, OutlinedText>();
  const headers: Host = {
    ...host,
    readFile: (path) => {
      const known = outlines.get(path);
      if (known !== undefined) return known.header;
      const text = host.readFile(path)?.replace(/^\uFEFF/u, "");
      if (text === undefined) return undefined;
      const statements = outline(text);
      const header = textOf(
        text,
        statements.filter((statement) => isHeader(text, statement)),
      );
      outlines.set(path, { text, statements, header });
      return header;
    },
  };
  const loaded = loadPlainly(entries, headers, options);
  return loaded?.diagnostics.length === 0 ? surveyOf(loaded.result, outlines) : undefined;
}

function surveyOf(modules: readonly Module[], outlines: ReadonlyMap<string, OutlinedText>): Survey {
  const files = modules.map((module) => {
    const { text, statements } = outlines.get(module.absolutePath) ?? { text: "", statements: [] };
    return { module, text, statements, targets: [] as SurveyedFile[] };
  });
  const ofModule = new Map<Module, SurveyedFile>(files.map((file) => [file.module, file]));
  for (const file of files) {
    for (const target of new Set(file.module.targets.values())) {
      const found = ofModule.get(target);
      if (found !== undefined) file.targets.push(found);
    }
  }
  return { files, ofModule, byPath: new Map(files.map((file) => [file.module.path, file])) };
}

/** A text of nothing but some of the statements of another. */
export function textOf(text: string, statements: readonly Statement[]): string {
  return statements.map(({ start, end }) => text.slice(start, end)).join("\n");
}

/** All that a file imports, directly or not; itself only when it stands in a cycle. */
export function importsOf(file: SurveyedFile): ReadonlySet<SurveyedFile> {
  const found = new Set<SurveyedFile>();
  const waiting = [...file.targets];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    waiting.push(...next.targets);
  }
  return found;
}
