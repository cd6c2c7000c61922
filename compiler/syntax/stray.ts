import { syntaxCatalog } from "../diagnostics/catalog-syntax.ts";
import { characterName, isInvisible } from "../diagnostics/characters.ts";
import { type Diagnostic, diagnosticFrom, type Fix } from "../diagnostics/diagnostic.ts";
import type { SourceFile, Span } from "../source/source-file.ts";
import { type Token, tokenEnd } from "./tokens.ts";

const typographicQuotes = /^[\u2018\u2019\u201c\u201d\u00ab\u00bb]/;
const wideSpaces = /^[\u00a0\u2000-\u200d\u202f\u205f\u2060\u3000\ufeff]+$/;
const operators = /^(?:[+&%!^~$\\/-]|`)/;

/** The finding for characters that no token starts with. */
export function strayDiagnostic(file: SourceFile, token: Token): Diagnostic {
  const span: Span = { file, start: token.startOffset, end: tokenEnd(token) };
  const { help, fix } = advice(token.image, span);
  const parameters = { shown: shown(token.image), ...(help === undefined ? {} : { help }) };
  return diagnosticFrom(syntaxCatalog.strayCharacter, parameters, { span, ...(fix === undefined ? {} : { fix }) });
}

function shown(image: string): string {
  const point = image.codePointAt(0) ?? 0;
  if (isInvisible(point) || wideSpaces.test(image)) return characterName(point);
  const visible = [...image].slice(0, 12).join("");
  return `\`${visible}\``;
}

function advice(image: string, span: Span): { readonly help?: string; readonly fix?: Fix } {
  if (wideSpaces.test(image))
    return { help: "write an ordinary space", fix: { title: "Write a space", edits: [{ span, text: " " }] } };
  if (typographicQuotes.test(image)) return { help: 'strings stand between straight quotes: "text"' };
  if (operators.test(image)) return { help: "there are no operators: write the value itself" };
  return { help: "names are made of ASCII letters, digits and `_`" };
}
