/** One import of a source file. */
export interface ImportUse {
  /** As written. */
  readonly specifier: string;
  /** Erased before the code runs. */
  readonly isTypeOnly: boolean;
  readonly line: number;
}

/** A project file: path from the root of the repository, and text. */
export interface ProjectFile {
  readonly path: string;
  readonly text: string;
}

const STATEMENT =
  /^[ \t]*(?:import|export)\b(?<type>\s+type\b(?!\s*,|\s+from))?(?<clause>[^;"'`]*?)\bfrom\s*["'](?<from>[^"']+)["']|^[ \t]*import\s*["'](?<bare>[^"']+)["']|\bimport\(\s*["'](?<dynamic>[^"']+)["']\s*\)(?<member>\.[A-Za-z_$]+(?=\s*[;,)<>|&=\]}]))?/gmu;

/** Every import, re-export and dynamic import of a file. */
export function importsOf(file: ProjectFile): readonly ImportUse[] {
  const code = withoutComments(file.text);
  return [...code.matchAll(STATEMENT)].map((match) => {
    const groups = match.groups ?? {};
    return {
      specifier: groups["from"] ?? groups["bare"] ?? groups["dynamic"] ?? "",
      isTypeOnly: groups["type"] !== undefined || hasOnlyTypes(groups["clause"] ?? ""),
      line: code.slice(0, match.index).split("\n").length,
    };
  });
}

/** True for `{ type A, type B }`. */
function hasOnlyTypes(clause: string): boolean {
  const names = /^\s*\{([^}]*)\}\s*$/u
    .exec(clause)?.[1]
    ?.split(",")
    .map((name) => name.trim())
    .filter(Boolean);
  return names !== undefined && names.length > 0 && names.every((name) => name.startsWith("type "));
}

/** The text with comments blanked out; line breaks stay. Strings and templates are kept whole. */
export function withoutComments(text: string): string {
  const token = /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\[\s\S])*`|\/\/[^\n]*|\/\*[\s\S]*?\*\//gu;
  return text.replace(token, (found) => (/^\/[/*]/u.test(found) ? found.replace(/[^\n]/gu, " ") : found));
}

/** The project file that a specifier leads to, or the bare specifier of a package. */
export function resolveImport(from: string, specifier: string): string {
  if (!specifier.startsWith(".")) return specifier;
  const parts = from.split("/").slice(0, -1);
  for (const part of specifier.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== ".") parts.push(part);
  }
  return parts.join("/");
}
