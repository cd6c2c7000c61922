/** `a`, `b` and `c`: names in backquotes, joined as in a sentence. */
export function nameList(names: readonly string[], word: "and" | "or" = "and"): string {
  const quoted = names.map((name) => `\`${name}\``);
  const last = quoted.pop() ?? "nothing";
  return quoted.length === 0 ? last : `${quoted.join(", ")} ${word} ${last}`;
}

/** The help that proposes another spelling; none without a suggestion. */
export function didYouMean(suggestion: string | undefined, prefix = ""): readonly string[] {
  return suggestion === undefined ? [] : [`did you mean \`${prefix}${suggestion}\`?`];
}

/** `1 type argument`, `2 type arguments`. */
export function counted(count: number, word: string): string {
  return `${count === 0 ? "no" : count} ${word}${count === 1 ? "" : "s"}`;
}
