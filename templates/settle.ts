import { code, type Comment, type FlatCode, type Ident, type Literal, type Piece, straight, treeOf } from "./code.ts";
import { deeper, fill, type Frame, frameFromStrings } from "./fill.ts";
import { lines, signature } from "./layout.ts";
import { lineWidth, print } from "./print.ts";

/**
 * Code as the text it becomes at `depth`; may only be put there, alone on its lines. Its first line is not indented.
 * @param make called once when every line fits, else twice
 */
export function settled(depth: number, make: () => Piece | readonly Piece[]): FlatCode {
  const text = straight(make);
  const width = lineWidth - depth * 2;
  if (text !== undefined && (text.length <= width || fits(text, width))) return deeper(text, depth) as FlatCode;
  return treeOf(make, (made) => {
    const isList = typeof made === "object" && !("kind" in made);
    return print(isList ? lines(...made) : made, depth) as FlatCode;
  });
}

/** One line at `depth` whose text is known, or what `make` becomes when it does not fit. */
export function fitting(depth: number, line: FlatCode, make: () => Piece): FlatCode {
  return line.length <= lineWidth - depth * 2 ? line : settled(depth, make);
}

/** True when no line is longer than `width`. */
function fits(text: string, width: number): boolean {
  let start = 0;
  for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", start)) {
    if (end - start > width) return false;
    start = end + 1;
  }
  return text.length - start <= width;
}

/** What may stand in a hole of {@link inFile} and {@link inBody}: a word, or code that was laid out for the depth of the hole. */
type SettledHole = FlatCode | Ident | Literal | Comment | undefined;

/** Declarations around code that is laid out already. As `code`, but its lines have to fit whatever the holes hold. */
export const inFile: (strings: TemplateStringsArray, ...holes: readonly SettledHole[]) => FlatCode = settledCode(0);

/** Statements of a function of the module around code that is laid out already. */
export const inBody: (strings: TemplateStringsArray, ...holes: readonly SettledHole[]) => FlatCode = settledCode(1);

/** Clauses of a switch of such a function. */
export const inClauses: (strings: TemplateStringsArray, ...holes: readonly SettledHole[]) => FlatCode = settledCode(2);

function settledCode(depth: number): (strings: TemplateStringsArray, ...holes: readonly SettledHole[]) => FlatCode {
  const frames = new WeakMap<TemplateStringsArray, Frame>();
  return (strings, ...holes) => {
    let frame = frames.get(strings);
    if (frame === undefined) frames.set(strings, (frame = frameFromStrings(strings, depth)));
    return fill(frame, holes, textOf) as FlatCode;
  };
}

function textOf(hole: SettledHole): string {
  return hole ?? "";
}

/** Declarations with blank lines between them; those that are empty are left out. */
export function stacked(...declarations: readonly FlatCode[]): FlatCode {
  let text = "";
  for (const declaration of declarations) {
    if (declaration !== "") text += text === "" ? declaration : `\n\n${declaration}`;
  }
  return text as FlatCode;
}

/** `function name(parameters): Result {` of a module, broken at the parameters when it is too long. */
export function functionHead(name: Ident, parameters: readonly FlatCode[], result: FlatCode | Ident): FlatCode {
  const line = `function ${name}(${parameters.join(", ")}): ${result} {`;
  if (line.length <= lineWidth) return line as FlatCode;
  const end = `): ${result} {`;
  if (parameters.some((parameter) => parameter.length + 3 > lineWidth) || end.length > lineWidth)
    return settled(0, () => code`function ${signature(name, parameters, result)} {`);
  return `function ${name}(\n  ${parameters.join(",\n  ")},\n${end}` as FlatCode;
}
