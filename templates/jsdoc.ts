import type { Deprecation } from "@rpcgen/runtime/descriptor";
import type { Code, Comment, FlatCode, Ident } from "./code.ts";
import { lineBreak } from "./fill.ts";
import { lines } from "./layout.ts";
import { unicodeEscape } from "./literal.ts";

/** What a doc comment is made of; every part may be missing. */
export interface DocParts {
  /** Text from the schema. */
  readonly doc?: string | undefined;
  /** Lines that the template adds below it, without markers. */
  readonly notes?: readonly string[];
  readonly deprecated?: Deprecation | undefined;
  readonly unstable?: boolean | undefined;
}

/** A `/** ... *\/` comment for a declaration; nothing when there is nothing to say. */
export function docComment(parts: DocParts): Code {
  return lines(...commentLines(parts));
}

/** The same as text whose lines stand at `depth`. */
export function docCommentAt(depth: number, parts: DocParts): FlatCode {
  if (isOneHarmlessLine(parts)) return comment(`/** ${parts.doc} */`);
  return comment(commentLines(parts).join(lineBreak(depth)));
}

/** A doc comment of one line that is all the template's own, but for names. */
export function wordComment(strings: TemplateStringsArray, ...names: readonly Ident[]): FlatCode {
  return comment(`/** ${String.raw({ raw: strings }, ...names)} */`);
}

function commentLines(parts: DocParts): FlatCode[] {
  if (isOneHarmlessLine(parts)) return [comment(`/** ${parts.doc} */`)];
  const text = textLines(parts);
  const [only] = text;
  if (only === undefined) return [];
  if (text.length === 1) return [comment(`/** ${only} */`)];
  return [comment("/**"), ...text.map((line) => comment(line === "" ? " *" : ` * ${line}`)), comment(" */")];
}

/** Most comments are one sentence without anything to escape. */
function isOneHarmlessLine({ doc, notes, deprecated, unstable }: DocParts): boolean {
  if (doc === undefined || deprecated !== undefined || unstable === true) return false;
  return (notes === undefined || notes.length === 0) && harmless.test(doc) && !tools.test(doc);
}

const harmless = /^[A-Za-z0-9][A-Za-z0-9 ,.;:'"`()?!-]*$(?<! )/;
const tools = /eslint|oxlint|tslint|biome|deno|prettier|istanbul|c8|v8|stylelint/i;

/** A `// ...` comment. */
export function lineComment(text: string): Comment {
  return `// ${escapeComment(text.replace(/\s+/g, " "))}` as Comment;
}

function comment(text: string): FlatCode {
  return text as FlatCode;
}

function textLines(parts: DocParts): string[] {
  const blocks = [schemaLines(parts.doc ?? ""), (parts.notes ?? []).map(escapeComment), tags(parts)];
  return blocks
    .filter((block) => block.length > 0)
    .flatMap((block, index) => (index === 0 || isTagAfterText(block) ? block : ["", ...block]));
}

/** Tags follow the text without a blank line when they are all there is. */
function isTagAfterText(block: readonly string[]): boolean {
  return block.every((line) => line.startsWith("@"));
}

function schemaLines(doc: string): string[] {
  const text = doc.split(/\r\n|\r|\n/).map((line) => escapeComment(line.trimEnd()));
  while (text[0] === "") text.shift();
  while (text.at(-1) === "") text.pop();
  return text;
}

function tags(parts: DocParts): string[] {
  const found: string[] = [];
  if (parts.deprecated !== undefined) {
    const reason = escapeComment(parts.deprecated.reason.replace(/\s+/g, " ").trim());
    found.push(reason === "" ? "@deprecated" : `@deprecated ${reason}`);
  }
  if (parts.unstable === true) found.push("@experimental");
  return found;
}

const calm = /^(?:[A-Za-z0-9_ ,.;:'"`()?!{}-]|@link )*$/;

/** What would end the comment, hide or reorder text, or be read as an instruction by a tool. */
function escapeComment(text: string): string {
  if (calm.test(text) && !tools.test(text)) return text;
  return text
    .replaceAll("*/", "*\\/")
    .replaceAll("\t", "  ")
    .replace(
      /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g,
      unicodeEscape,
    )
    .replace(
      /@(?=ts-|jsx|internal\b|license\b|preserve\b|cc_on|flow\b|format\b|prettier\b|vite|__|stripInternal)/gi,
      "\\@",
    )
    .replace(/#(?=__|\s*source(?:Mapping)?URL)/gi, "\\#")
    .replace(
      /\b(eslint|oxlint|tslint|biome|deno|prettier|istanbul|c8|v8|stylelint)(?=[- ](?:disable|enable|ignore|lint))/gi,
      "$1\\",
    )
    .replace(/\/(?=\/\/\s*<)/g, "\\/")
    .replace(/<(?=reference\b|amd-)/gi, "\\<");
}
