import { Node, Project, type SourceFile } from "ts-morph";
import { type Container, findContainer, hasInheritedMembers, localNameOf, memberNames } from "./container.ts";
import { indentationAt, insertAll, type Insertion, reindent } from "./edits.ts";
import { missingImports } from "./imports.ts";

/** A user's file and what it would be if it were written today. */
export interface MergeInput {
  readonly existing: string;
  /** Text of a fresh scaffold of the same service. */
  readonly fresh: string;
  /** `UsersHandlers` */
  readonly interfaceName: string;
}

export type MergeResult =
  | {
      readonly kind: "merged";
      readonly text: string;
      /** Names of the methods that were added; all of them when the handlers as a whole were. */
      readonly added: readonly string[];
      /** Missing methods that were not added, because the handlers inherit or spread others. */
      readonly uncertain: readonly string[];
    }
  /** The user's file is not TypeScript that parses; nothing can be added safely. */
  | { readonly kind: "broken"; readonly reason: string; readonly line: number };

/** Adds the methods and imports that the user's file lacks. Only inserts: every byte that was there stays, in order. */
export function mergeHandlers({ existing, fresh, interfaceName }: MergeInput): MergeResult {
  const project = new Project({
    useInMemoryFileSystem: true,
    skipLoadingLibFiles: true,
    skipFileDependencyResolution: true,
  });
  const bom = existing.startsWith("\uFEFF") ? "\uFEFF" : "";
  const userText = existing.slice(bom.length);
  const user = project.createSourceFile("/user.ts", userText);
  const model = project.createSourceFile("/fresh.ts", fresh);
  const mistake = syntaxMistake(project, user);
  if (mistake !== undefined) return mistake;
  const source = findContainer(model, interfaceName);
  if (source === undefined) throw new Error(`the scaffold of ${interfaceName} holds no handlers`);
  const target = findContainer(user, interfaceName);
  const merge: Merge = { userText, user, model, interfaceName, source };
  const result = target === undefined ? appendHandlers(merge) : addMembers(merge, target);
  return result.kind === "merged" ? { ...result, text: bom + result.text } : result;
}

interface Merge {
  readonly userText: string;
  readonly user: SourceFile;
  readonly model: SourceFile;
  readonly interfaceName: string;
  readonly source: Container;
}

function syntaxMistake(project: Project, user: SourceFile): MergeResult | undefined {
  const [mistake] = project.getProgram().getSyntacticDiagnostics(user);
  if (mistake === undefined) return undefined;
  const message = mistake.getMessageText();
  return {
    kind: "broken",
    reason: typeof message === "string" ? message : message.getMessageText(),
    line: mistake.getLineNumber() ?? 1,
  };
}

/** No handlers of this service yet: the whole statement comes to the end of the file. */
function appendHandlers({ userText, user, model, source }: Merge): MergeResult {
  const statement = source.node.getFirstAncestor((node) => Node.isSourceFile(node.getParent())) ?? source.node;
  const code = statement.getFullText().trim();
  const gap = userText.trim() === "" ? "" : /\r?\n$/u.test(userText) ? "\n" : "\n\n";
  const insertions = [...missingImports(user, model, code), { at: userText.length, text: `${gap}${code}\n` }];
  return { kind: "merged", text: insertAll(userText, insertions), added: [...memberNames(source)], uncertain: [] };
}

function addMembers(merge: Merge, target: Container): MergeResult {
  const present = memberNames(target);
  const missing = [...memberNames(merge.source)].filter((name) => !present.has(name));
  if (missing.length === 0 || hasInheritedMembers(target)) {
    return { kind: "merged", text: merge.userText, added: [], uncertain: missing };
  }
  const code = missing.map((name) => memberCode(merge, target, name));
  const imports = missingImports(merge.user, merge.model, code.join("\n"));
  const text = insertAll(merge.userText, [...imports, ...memberInsertions(merge, target, code)]);
  return { kind: "merged", text, added: missing, uncertain: [] };
}

/** A method in the user's indentation. In a class, parameters get their types from the interface, as nothing else gives them. */
function memberCode({ userText, user, source, interfaceName }: Merge, target: Container, name: string): string {
  const member = source.members.find(
    (each) => "getName" in each && (each as unknown as { getName(): string }).getName() === name,
  );
  if (!Node.isMethodDeclaration(member)) throw new Error(`the scaffold of ${interfaceName} has no method ${name}`);
  const from = indentationAt(member.getSourceFile().getFullText(), member.getStart());
  const text =
    target.kind === "class"
      ? typedMethod(member.getText(true), name, localNameOf(user, interfaceName))
      : member.getText(true);
  return reindent(text, from, indentationOf(userText, target));
}

/** `get(request, context)` as `get(...[request, context]: Parameters<UsersHandlers["get"]>)`, unless the types are there. */
function typedMethod(text: string, name: string, interfaceName: string): string {
  return text.replace(
    /^((?:\/\*[\s\S]*?\*\/\s*)?(?:async )?\*?\s*[\w$]+)\(([\w$, ]+)\)(?=\s*\{)/u,
    (_, head: string, names: string) => {
      return `${head}(...[${names}]: Parameters<${interfaceName}["${name}"]>)`;
    },
  );
}

function indentationOf(text: string, target: Container): { readonly indent: string; readonly unit: string } {
  const outer = indentationAt(text, target.node.getStart());
  const [first] = target.members;
  const inner = first === undefined ? undefined : indentationAt(text, first.getStart());
  if (inner === undefined || !inner.startsWith(outer) || inner === outer) return { indent: `${outer}  `, unit: "  " };
  return { indent: inner, unit: inner.slice(outer.length) };
}

/** After the last member (a comma joins it when it has none), or inside empty braces. */
function memberInsertions({ userText }: Merge, target: Container, code: readonly string[]): readonly Insertion[] {
  const last = target.members.at(-1);
  const separator = target.kind === "object" ? "," : "";
  const body = code.map((each) => `\n\n${each}${separator}`).join("");
  const close = target.node.getEnd() - 1;
  const outer = indentationAt(userText, target.node.getStart());
  if (last === undefined) return [{ at: close, text: `${body.slice(1)}\n${outer}` }];
  const commaAt = target.kind === "object" ? commaAfter(userText, last.getEnd(), close) : last.getEnd();
  const at = endOfLineComment(userText, commaAt ?? last.getEnd(), close);
  const ending = userText.slice(at, close).includes("\n") ? "" : `\n${outer}`;
  const comma = commaAt === undefined ? [{ at: last.getEnd(), text: "," }] : [];
  return [...comma, { at, text: body + ending }];
}

/** The offset behind the comma that follows a member, if there is one; comments may stand in between. */
function commaAfter(text: string, from: number, close: number): number | undefined {
  const match = /^(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*,/u.exec(text.slice(from, close));
  return match === null ? undefined : from + match[0].length;
}

/** Behind a comment that ends the line of the last member. */
function endOfLineComment(text: string, from: number, close: number): number {
  const match = /^[ \t]*(?:\/\/[^\r\n]*|\/\*[^\r\n]*?\*\/[ \t]*(?=[\r\n]))/u.exec(text.slice(from, close));
  return match === null ? from : from + match[0].length;
}
