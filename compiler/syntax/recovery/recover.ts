import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import type { SourceFile } from "../../source/source-file.ts";
import type { EditionNode, Grammar, TopLevelNode } from "../grammar.ts";
import * as tokens from "../tokens.ts";
import type { Token } from "../tokens.ts";
import { balanceBraces, listBraces } from "./braces.ts";
import { depthChange, startsStatement } from "./extent.ts";
import { type Budget, MAX_MENDS, parseDeclaration } from "./repair.ts";

/** What could be read of a broken file. */
export interface Recovered {
  readonly edition?: EditionNode;
  readonly statements: readonly TopLevelNode[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads a broken file declaration by declaration. */
export function recover(grammar: Grammar, file: SourceFile, source: readonly Token[]): Recovered {
  const balanced = balanceBraces(file, source);
  const diagnostics = [...balanced.diagnostics];
  const statements: TopLevelNode[] = [];
  const budget: Budget = { left: MAX_MENDS };
  let edition: EditionNode | undefined;
  for (const [index, chunk] of splitDeclarations(file, balanced.tokens).entries()) {
    if (budget.left <= 0) break;
    const read = parseDeclaration(grammar, { file, tokens: chunk, first: index === 0 }, budget);
    const last = chunk.at(-1);
    if (last !== undefined) grammar.floor = tokens.tokenEnd(last);
    if (read.node !== undefined) statements.push(read.node);
    edition ??= read.edition;
    diagnostics.push(...read.diagnostics);
  }
  return { ...(edition === undefined ? {} : { edition }), statements, diagnostics };
}

const declarationWords =
  /^(?:message|enum|open|union|error|errors|service|type|const|annotation|import|export|package)$/;

/** Cuts a file at the `;` and `}` of its top level, and before a declaration on a new line. */
export function splitDeclarations(file: SourceFile, list: readonly Token[]): Token[][] {
  const chunks: Token[][] = [];
  let start = 0;
  let depth = 0;
  const lists = listBraces(list);
  const cut = (index: number): void => {
    if (index > start) chunks.push(list.slice(start, index));
    start = index;
    depth = 0;
  };
  for (let index = 0; index < list.length; index++) {
    const token = list[index];
    if (token === undefined) break;
    if (index > start && braceDepth(depth) === 0 && startsDeclaration(file, list, index, start)) cut(index);
    if (!lists.has(token)) depth = nextDepth(depth, token);
    const closes = token.tokenType === tokens.CloseBrace && !lists.has(token);
    const ended = token.tokenType === tokens.Semicolon || (closes && endsBlock(list, index));
    if (braceDepth(depth) === 0 && ended) cut(index + 1);
  }
  cut(list.length);
  return chunks;
}

/** Braces count 1,000 so that an unclosed parenthesis cannot hide the end of a declaration. */
function nextDepth(depth: number, token: Token): number {
  const change = depthChange(token);
  if (token.tokenType === tokens.OpenBrace || token.tokenType === tokens.CloseBrace)
    return Math.max(0, depth + change * 1_000);
  return braceDepth(depth) * 1_000 + Math.max(0, (depth % 1_000) + change);
}

function braceDepth(depth: number): number {
  return Math.floor(depth / 1_000);
}

/** A `}` ends a declaration unless it goes on: the list of an import, a record, the arguments of an annotation. */
function endsBlock(list: readonly Token[], index: number): boolean {
  const next = list[index + 1];
  if (next === undefined) return true;
  const type = next.tokenType;
  const goesOn: unknown[] = [tokens.Semicolon, tokens.CloseParen, tokens.Comma, tokens.CloseSquare];
  return !(goesOn.includes(type) || next.image === "from");
}

function startsDeclaration(file: SourceFile, list: readonly Token[], index: number, start: number): boolean {
  const token = list[index];
  const next = list[index + 1];
  if (token === undefined || !startsStatement(file, list, index)) return false;
  if (token.tokenType === tokens.At)
    return list[index - 1]?.tokenType !== tokens.At && !followsAnnotation(list, index, start);
  const opens =
    next?.tokenType === tokens.OpenBrace || next?.tokenType === tokens.Star || tokens.isToken(next, tokens.Name);
  return declarationWords.test(token.image) && opens && !followsAnnotation(list, index, start);
}

/** True when everything between the last `;` or `}` and an index is annotations. */
function followsAnnotation(list: readonly Token[], index: number, start: number): boolean {
  let at = index - 1;
  if (list[at]?.tokenType === tokens.CloseParen) {
    let depth = 0;
    for (; at >= start; at--) {
      const token = list[at];
      if (token === undefined) return false;
      depth -= depthChange(token);
      if (depth === 0) break;
    }
    at--;
  }
  while (tokens.isToken(list[at], tokens.Name) && list[at - 1]?.tokenType === tokens.Dot) at -= 2;
  return tokens.isToken(list[at], tokens.Name) && list[at - 1]?.tokenType === tokens.At;
}
