import type { ExportNode, ImportNode } from "../syntax/ast.ts";
import { isHeader, isSeenThrough, nameWords, type Statement, wordsOf } from "./outline.ts";
import { importsOf, type Survey, type SurveyedFile, textOf } from "./survey.ts";

/**
 * What has to be read to compile some files of a compilation as if all had been read: those files and their neighbours as they
 * are, and of every other file the statements that something in them may refer to. Names are matched as words wherever they
 * stand, so a slice may hold too much, which changes nothing, but never too little.
 */
export interface Slices {
  /** Files that are read as they are. */
  readonly whole: ReadonlySet<SurveyedFile>;
  /** The text to read of a file. */
  textOf(file: SurveyedFile): string;
}

/** Slices around the files that are compiled; `more` are to be whole as well. */
export function sliceAround(
  owned: ReadonlySet<SurveyedFile>,
  survey: Survey,
  more: ReadonlySet<SurveyedFile> = new Set(),
): Slices {
  const whole = new Set([...neighboursOf(owned, survey), ...more]);
  const kept = keptStatements(whole, survey);
  return {
    whole,
    textOf: (file) => {
      if (whole.has(file)) return file.text;
      const wanted = kept.get(file);
      const { text } = file;
      return textOf(
        text,
        file.statements.filter((statement) => wanted?.has(statement) === true || isHeader(text, statement)),
      );
    },
  };
}

/**
 * The files whose names generated code must know: those that are imported, those that they pass on or see through, and whatever
 * stands in a cycle with an owned file.
 */
function neighboursOf(owned: ReadonlySet<SurveyedFile>, survey: Survey): ReadonlySet<SurveyedFile> {
  const found = new Set(owned);
  const waiting: SurveyedFile[] = [];
  const add = (file: SurveyedFile): void => {
    if (found.has(file)) return;
    found.add(file);
    waiting.push(file);
  };
  for (const file of owned) {
    file.targets.forEach(add);
    const imports = importsOf(file);
    if (imports.has(file)) for (const other of imports) if (importsOf(other).has(file)) add(other);
  }
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) seenThrough(next, survey).forEach(add);
  return found;
}

/** The files that a neighbour's exports, aliases, constants, sets of errors and generics lead on to. */
function seenThrough(file: SurveyedFile, survey: Survey): Set<SurveyedFile> {
  const { module, text } = file;
  const words = new Set<string>();
  for (const statement of file.statements) {
    if (isHeader(text, statement) || !isSeenThrough(text, statement)) continue;
    for (const word of wordsOf(text, statement.code, statement.end)) words.add(word);
  }
  const isNamed = (node: ImportNode): boolean =>
    (node.namespace !== undefined && words.has(node.namespace.text)) ||
    node.specifiers.some(({ name, alias }) => words.has((alias ?? name).text));
  const nodes = [...module.ast.exports, ...module.ast.imports.filter(isNamed)];
  return new Set(nodes.map((node) => targetOf(node, file, survey)).filter((target) => target !== undefined));
}

function targetOf(node: ImportNode | ExportNode, { module }: SurveyedFile, survey: Survey): SurveyedFile | undefined {
  const target = module.targets.get(node);
  return target && survey.ofModule.get(target);
}

interface Reach {
  readonly survey: Survey;
  readonly whole: ReadonlySet<SurveyedFile>;
  readonly kept: Map<SurveyedFile, Set<Statement>>;
  /** By file: what declares a word. */
  readonly indexes: Map<SurveyedFile, ReadonlyMap<string, readonly Statement[]>>;
  readonly asked: Set<string>;
  /** Statements whose words are still to be looked up. */
  readonly waiting: { readonly file: SurveyedFile; readonly words: Iterable<string> }[];
}

function keptStatements(
  whole: ReadonlySet<SurveyedFile>,
  survey: Survey,
): ReadonlyMap<SurveyedFile, ReadonlySet<Statement>> {
  const reach: Reach = { survey, whole, kept: new Map(), indexes: new Map(), asked: new Set(), waiting: [] };
  for (const file of whole) reach.waiting.push({ file, words: rootWords(file) });
  for (let next = reach.waiting.pop(); next !== undefined; next = reach.waiting.pop()) {
    for (const word of next.words) lookUp(reach, next.file, word);
  }
  return reach.kept;
}

/** Of a file that is read as it is, all that it imports; what stands behind a namespace is for its words to say. */
function rootWords({ module, text }: SurveyedFile): Iterable<string> {
  if (module.ast.imports.some(({ namespace }) => namespace !== undefined)) return wordsOf(text, 0, text.length);
  return module.ast.imports.flatMap(({ specifiers }) => specifiers.map(({ name, alias }) => (alias ?? name).text));
}

/** Follows a word of a file to whatever it may stand for. */
function lookUp(reach: Reach, file: SurveyedFile, word: string): void {
  keep(reach, file, word);
  for (const node of file.module.ast.imports) {
    const target = targetOf(node, file, reach.survey);
    if (target === undefined) continue;
    for (const { name, alias } of node.specifiers) if ((alias ?? name).text === word) offer(reach, target, name.text);
    if (node.namespace !== undefined) offer(reach, target, word);
  }
}

/** Follows a name to where a file declares it or passes it on from. */
function offer(reach: Reach, file: SurveyedFile, name: string): void {
  const question = `${file.module.index} ${name}`;
  if (reach.asked.has(question)) return;
  reach.asked.add(question);
  keep(reach, file, name);
  for (const node of file.module.ast.exports) {
    const target = targetOf(node, file, reach.survey);
    if (target === undefined) continue;
    if (node.specifiers === undefined) offer(reach, target, name);
    for (const each of node.specifiers ?? []) {
      if ((each.alias ?? each.name).text === name) offer(reach, target, each.name.text);
    }
  }
}

/** Keeps what declares a word, and asks for its words in turn. */
function keep(reach: Reach, file: SurveyedFile, word: string): void {
  if (reach.whole.has(file)) return;
  for (const statement of indexOf(reach, file).get(word) ?? []) {
    const kept = reach.kept.get(file) ?? new Set<Statement>();
    if (kept.has(statement)) continue;
    reach.kept.set(file, kept.add(statement));
    reach.waiting.push({ file, words: wordsOf(file.text, statement.code, statement.end) });
  }
}

function indexOf(reach: Reach, file: SurveyedFile): ReadonlyMap<string, readonly Statement[]> {
  const known = reach.indexes.get(file);
  if (known !== undefined) return known;
  const index = new Map<string, Statement[]>();
  for (const statement of file.statements) {
    if (isHeader(file.text, statement)) continue;
    for (const word of nameWords(file.text, statement)) {
      const all = index.get(word);
      if (all === undefined) index.set(word, [statement]);
      else all.push(statement);
    }
  }
  reach.indexes.set(file, index);
  return index;
}
