/** True when a text asks for more than one path: it holds `*`, `?`, `[...]` or `{...}`. */
export function isPattern(text: string): boolean {
  return /[*?[\]{}]/u.test(text);
}

/** The directory part of a pattern before its first wildcard: where a search may start. */
export function patternBase(pattern: string): string {
  const parts = pattern.split("/");
  const firstWild = parts.findIndex(isPattern);
  return parts.slice(0, firstWild === -1 ? -1 : firstWild).join("/");
}

/**
 * A predicate for paths with `/` separators: `*` and `?` stay within a part, `**` spans parts, `[abc]` and `[!abc]` are one
 * character, `{a,b}` are alternatives. Everything else stands for itself.
 */
export function createMatcher(pattern: string): (path: string) => boolean {
  const expression = new RegExp(`^${expandBraces(pattern).map(sourceOf).join("|^")}`, "u");
  return (path) => expression.test(path);
}

/** `a{b,c}d` as `abd`, `acd`; braces may nest. An unbalanced brace stands for itself. */
export function expandBraces(pattern: string): string[] {
  const open = pattern.indexOf("{");
  if (open === -1) return [pattern];
  const borders = [open];
  let depth = 0;
  for (let index = open; index < pattern.length; index++) {
    const character = pattern[index];
    if (character === "{") depth++;
    else if (character === "," && depth === 1) borders.push(index);
    else if (character === "}" && --depth === 0) return alternatives(pattern, [...borders, index]);
  }
  return [pattern];
}

function alternatives(pattern: string, borders: readonly number[]): string[] {
  const start = pattern.slice(0, borders[0]);
  const ends = expandBraces(pattern.slice((borders.at(-1) ?? 0) + 1));
  return borders
    .slice(0, -1)
    .flatMap((border, index) => expandBraces(pattern.slice(border + 1, borders[index + 1])))
    .flatMap((middle) => ends.map((end) => start + middle + end));
}

function sourceOf(pattern: string): string {
  let source = "";
  for (let index = 0; index < pattern.length; index++) {
    const rest = pattern.slice(index);
    const set = /^\[(!?)([^\]/]+)\]/u.exec(rest);
    if (rest.startsWith("**/")) {
      source += "(?:[^/]+/)*";
      index += 2;
    } else if (rest.startsWith("**")) {
      source += ".*";
      index += 1;
    } else if (set !== null) {
      source += `[${set[1] === "!" ? "^" : ""}${(set[2] ?? "").replace(/[\\\]^[]/gu, "\\$&")}]`;
      index += set[0].length - 1;
    } else if (rest.startsWith("*")) source += "[^/]*";
    else if (rest.startsWith("?")) source += "[^/]";
    else source += (pattern[index] ?? "").replace(/[\\^$.|?*+()[\]{}/]/u, "\\$&");
  }
  return `${source}$`;
}
