/** Colours text for a terminal, or leaves it as it is. */
export interface Painter {
  error(text: string): string;
  warning(text: string): string;
  hint(text: string): string;
  /** Line numbers and the rule beside them. */
  frame(text: string): string;
  strong(text: string): string;
  /** Marks of related places. */
  related(text: string): string;
}

const style =
  (code: string, on: boolean) =>
  (text: string): string =>
    on && text !== "" ? `\u001b[${code}m${text}\u001b[0m` : text;

/** A painter that colours, or one that does nothing. */
export function createPainter(color: boolean): Painter {
  return {
    error: style("1;31", color),
    warning: style("1;33", color),
    hint: style("1;36", color),
    frame: style("34", color),
    strong: style("1", color),
    related: style("34", color),
  };
}

/** What decides about colour. */
export interface ColorChoice {
  /** `--color`. */
  readonly flag?: "auto" | "always" | "never";
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly isTerminal: boolean;
}

/** A flag wins over NO_COLOR, that over FORCE_COLOR, that over what the output is. */
export function wantsColor({ flag = "auto", environment, isTerminal }: ColorChoice): boolean {
  if (flag !== "auto") return flag === "always";
  if ((environment["NO_COLOR"] ?? "") !== "") return false;
  const forced = environment["FORCE_COLOR"] ?? "";
  if (forced !== "") return forced !== "0";
  return isTerminal && environment["TERM"] !== "dumb";
}
