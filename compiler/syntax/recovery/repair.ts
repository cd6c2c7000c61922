import type { IRecognitionException } from "chevrotain";
import { syntaxCatalog } from "../../diagnostics/catalog-syntax.ts";
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import type { SourceFile } from "../../source/source-file.ts";
import type { EditionNode, Grammar, TopLevelNode } from "../grammar.ts";
import * as tokens from "../tokens.ts";
import type { Token } from "../tokens.ts";
import { expectationOf } from "./expectations.ts";
import { skipAnnotations, statementEnd } from "./extent.ts";
import * as fields from "./mistakes-fields.ts";
import * as file from "./mistakes-file.ts";
import * as general from "./mistakes-general.ts";
import * as proto from "./mistakes-proto.ts";
import * as service from "./mistakes-service.ts";
import { refine } from "./refine.ts";
import {
  describeToken,
  fixOf,
  mend,
  type Mend,
  type Recogniser,
  spanBehind,
  spanOver,
  type Stuck,
  virtualToken,
} from "./stuck.ts";

/** Mistakes of one file that are looked into; what comes after is left out of the tree. */
export const MAX_MENDS = 100;
/** Changes that may be made before one token; then the declaration is given up. */
const MAX_STALLS = 4;
/** Longer declarations are not parsed again and again to try a single token. */
const MAX_TRIAL_TOKENS = 4_000;

const inFields: readonly Recogniser[] = [
  proto.protoOneof,
  fields.reservedItems,
  general.protoOption,
  general.protoOnly,
  fields.misplacedDeclaration,
  fields.missingColon,
  proto.protoField,
  general.modifier,
  fields.misplacedQuestion,
  fields.unionType,
  fields.valueForNumber,
  fields.missingNumber,
];
const inEnum: readonly Recogniser[] = [
  fields.reservedItems,
  general.protoOption,
  fields.misplacedDeclaration,
  fields.valueForNumber,
  fields.missingNumber,
];
const inService: readonly Recogniser[] = [
  fields.reservedItems,
  general.protoOption,
  service.protoMethod,
  fields.misplacedDeclaration,
  general.modifier,
  service.fieldInService,
  service.methodWithoutParentheses,
  service.methodBody,
];
const inParameters: readonly Recogniser[] = [
  service.protoMethod,
  service.severalMessages,
  service.parameterColon,
  fields.misplacedQuestion,
  fields.unionType,
  fields.valueForNumber,
  fields.missingNumber,
];
const inFile: readonly Recogniser[] = [
  file.protoSyntax,
  general.protoOption,
  general.protoOnly,
  file.protoImport,
  file.defaultImport,
  file.objectType,
  general.modifier,
  file.lateEdition,
  file.otherKeyword,
];
const everywhere: readonly Recogniser[] = [
  general.needlessSemicolon,
  general.danglingAnnotation,
  general.trailingComma,
  general.detachedUnit,
  general.argumentEquals,
  general.listSeparator,
];

function recognisersFor(stuck: Stuck): readonly Recogniser[] {
  const special = {
    file: inFile,
    enum: inEnum,
    service: inService,
    parameters: inParameters,
    message: inFields,
    oneof: inFields,
    union: inFields,
    error: inFields,
    result: inFields,
  }[stuck.container];
  return [...everywhere, ...special, general.missingSemicolon];
}

/** How many more mistakes of the file are looked into. */
export interface Budget {
  left: number;
}

/** One declaration and what was wrong with it. */
export interface Repaired {
  readonly node?: TopLevelNode;
  readonly edition?: EditionNode;
  readonly diagnostics: readonly Diagnostic[];
}

/** The declaration to read. */
export interface Chunk {
  readonly file: SourceFile;
  readonly tokens: readonly Token[];
  /** The first one of a file may be its edition. */
  readonly first: boolean;
}

/** Parses the tokens of one declaration; at each mistake mends the tokens and parses again. */
export function parseDeclaration(grammar: Grammar, chunk: Chunk, budget: Budget): Repaired {
  const diagnostics: Diagnostic[] = [];
  const source = chunk.file;
  let list = [...chunk.tokens];
  let stoppedAt: Token | undefined;
  let stalls = 0;
  while (list.length > 0) {
    const attempt = tryParse(grammar, list, chunk.first);
    if (attempt.error === undefined) {
      const { node, edition } = attempt;
      const found = node === undefined ? {} : { node };
      return {
        ...found,
        ...(edition === undefined ? {} : { edition }),
        diagnostics: [...diagnostics, ...grammar.findings],
      };
    }
    if (budget.left-- <= 0) break;
    const stuck = stuckAt(grammar, source, list, attempt.error);
    const change = recognise(stuck) ?? trySingleToken(grammar, stuck) ?? resort(stuck, attempt.error);
    diagnostics.push(change.diagnostic);
    if (change.start >= list.length && change.insert.length === 0) break;
    stalls = attempt.error.token === stoppedAt ? stalls + 1 : 0;
    stoppedAt = attempt.error.token;
    if (stalls >= MAX_STALLS) break;
    list = spliced(list, change);
  }
  return { diagnostics };
}

interface Attempt {
  readonly node?: TopLevelNode | undefined;
  readonly edition?: EditionNode | undefined;
  readonly error?: IRecognitionException | undefined;
}

function tryParse(grammar: Grammar, list: Token[], first: boolean): Attempt {
  grammar.begin(list);
  if (first && list[0]?.tokenType === tokens.Keyword.edition) {
    const edition = grammar.edition();
    return { edition, error: grammar.errors[0] };
  }
  const node = grammar.declaration();
  return { node, error: grammar.errors[0] };
}

function spliced(list: readonly Token[], { start, remove, insert }: Mend): Token[] {
  return [...list.slice(0, start), ...insert, ...list.slice(start + remove)];
}

function indexOf(list: readonly Token[], token: Token | undefined): number {
  const index = token === undefined ? -1 : list.indexOf(token);
  return index < 0 ? list.length : index;
}

const blockRules = new Set(["body", "enum", "service"]);

function stuckAt(grammar: Grammar, source: SourceFile, list: readonly Token[], error: IRecognitionException): Stuck {
  const { container, statement } = grammar.place;
  const at = indexOf(list, error.token);
  const rule = error.context.ruleStack.at(-1) ?? "";
  const closesBlock = error.message === "end" || (error.message === tokens.CloseBrace.name && blockRules.has(rule));
  const from = closesBlock || statement === undefined ? at : Math.min(at, indexOf(list, statement));
  const head = skipAnnotations(list, from);
  const end = Math.max(at < list.length ? from : list.length, statementEnd(source, list, head));
  return refine({ file: source, tokens: list, container, from, head, at, end, wanted: error.message, rule });
}

function recognise(stuck: Stuck): Mend | undefined {
  if (stuck.from < stuck.at && stuck.at < stuck.head)
    return general.trailingComma(stuck) ?? general.detachedUnit(stuck) ?? general.argumentEquals(stuck);
  for (const recogniser of recognisersFor(stuck)) {
    const found = recogniser(stuck);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Adds, replaces or removes one token if the parser then gets past it. */
function trySingleToken(grammar: Grammar, stuck: Stuck): Mend | undefined {
  if (stuck.tokens.length > MAX_TRIAL_TOKENS) return undefined;
  const type = tokens.allTokens.find((candidate) => candidate.name === stuck.wanted && candidate.name.startsWith("`"));
  if (type === undefined || (stuck.wanted === "`}`" && stuck.rule !== "record" && stuck.rule !== "importList"))
    return undefined;
  const token = stuck.tokens[stuck.at];
  const wanted = type.name.slice(1, -1);
  const added = virtualToken(stuck, type, stuck.at);
  const before = spanBehind(stuck, stuck.at);
  const word = /^\w/.test(wanted) ? ` ${wanted}` : wanted;
  const add = mend({
    entry: syntaxCatalog.missingToken,
    parameters: { missing: type.name, before: describeToken(stuck, token) },
    span: before,
    fix: fixOf(`Add ${type.name}`, before, word),
    start: stuck.at,
    insert: [added],
  });
  if (improves(grammar, stuck, add, 2)) return add;
  if (token === undefined) return undefined;
  const span = spanOver(stuck, stuck.at, stuck.at + 1);
  const replace = mend({
    entry: syntaxCatalog.wrongToken,
    parameters: { found: describeToken(stuck, token), wanted: type.name },
    span,
    fix: fixOf(`Write ${type.name}`, span, wanted),
    start: stuck.at,
    remove: 1,
    insert: [tokens.makeToken(type, token.image, token.startOffset)],
  });
  return improves(grammar, stuck, replace, 1) ? replace : undefined;
}

/** True when the parser takes so many tokens behind the change, or all. */
function improves(grammar: Grammar, stuck: Stuck, change: Mend, further: number): boolean {
  const list = spliced(stuck.tokens, change);
  const { error } = tryParse(grammar, list, true);
  if (error === undefined) return true;
  return indexOf(list, error.token) >= change.start + change.insert.length + further;
}

function resort(stuck: Stuck, error: IRecognitionException): Mend {
  const unknown = stuck.container === "file" ? file.unknownDeclaration(stuck) : undefined;
  if (unknown !== undefined) return unknown;
  const { ruleStack } = error.context;
  const expected = expectationOf(stuck, ruleStack);
  const inAnnotation = ruleStack.includes("annotation");
  return (inAnnotation ? general.dropAnnotation(stuck, expected) : undefined) ?? general.unexpected(stuck, expected);
}
