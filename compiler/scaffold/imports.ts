import type { ImportDeclaration, ImportSpecifier, SourceFile } from "ts-morph";
import type { Insertion } from "./edits.ts";

/** A name that inserted code needs. */
interface NeededImport {
  readonly module: string;
  readonly text: string;
  readonly localName: string;
  readonly isTypeOnly: boolean;
}

/**
 * Insertions that import what `code` uses of the fresh file's imports and the user's file does not know yet. A name that the
 * user's file already knows, from wherever, is left alone.
 */
export function missingImports(file: SourceFile, fresh: SourceFile, code: string): readonly Insertion[] {
  const known = knownNames(file);
  const needed = fresh
    .getImportDeclarations()
    .flatMap(neededOf)
    .filter(
      ({ localName }) =>
        !known.has(localName) && new RegExp(`(?<![\\w$])${localName.replaceAll("$", "\\$")}(?![\\w$])`, "u").test(code),
    );
  const lines = new Map<string, NeededImport[]>();
  const insertions: Insertion[] = [];
  for (const each of needed) {
    const place = lastSpecifierOf(file, each);
    if (place !== undefined)
      insertions.push({ at: place.specifier.getEnd(), text: `, ${spelled(each, place.declaration)}` });
    else lines.set(each.module, [...(lines.get(each.module) ?? []), each]);
  }
  return [...insertions, ...newLines(file, lines)];
}

function neededOf(declaration: ImportDeclaration): readonly NeededImport[] {
  return declaration.getNamedImports().map((specifier) => {
    const alias = specifier.getAliasNode()?.getText();
    const name = specifier.getName();
    return {
      module: declaration.getModuleSpecifierValue(),
      text: alias === undefined ? name : `${name} as ${alias}`,
      localName: alias ?? name,
      isTypeOnly: declaration.isTypeOnly() || specifier.isTypeOnly(),
    };
  });
}

function knownNames(file: SourceFile): ReadonlySet<string> {
  const imported = file
    .getImportDeclarations()
    .flatMap((declaration) => [
      ...neededOf(declaration).map((each) => each.localName),
      ...[declaration.getDefaultImport(), declaration.getNamespaceImport()].map((node) => node?.getText() ?? ""),
    ]);
  const declared = file.getStatements().flatMap((statement) => {
    const named = statement as { getName?: () => string | undefined; getDeclarations?: () => { getName(): string }[] };
    return [named.getName?.() ?? "", ...(named.getDeclarations?.().map((each) => each.getName()) ?? [])];
  });
  return new Set([...imported, ...declared]);
}

interface ImportPlace {
  readonly declaration: ImportDeclaration;
  readonly specifier: ImportSpecifier;
}

/** Where a name can join an import that is already there: of the same module, and not `import type` when a value is needed. */
function lastSpecifierOf(file: SourceFile, needed: NeededImport): ImportPlace | undefined {
  for (const declaration of file.getImportDeclarations()) {
    if (declaration.getModuleSpecifierValue() !== needed.module) continue;
    const specifier = declaration.getNamedImports().at(-1);
    if (specifier !== undefined && (needed.isTypeOnly || !declaration.isTypeOnly())) return { declaration, specifier };
  }
  return undefined;
}

function spelled(needed: NeededImport, declaration?: ImportDeclaration): string {
  return needed.isTypeOnly && declaration?.isTypeOnly() !== true ? `type ${needed.text}` : needed.text;
}

/** New declarations after the last import, else at the top below a leading comment. */
function newLines(file: SourceFile, lines: ReadonlyMap<string, readonly NeededImport[]>): readonly Insertion[] {
  if (lines.size === 0) return [];
  const quote = file.getImportDeclarations()[0]?.getModuleSpecifier().getText().startsWith("'") === true ? "'" : '"';
  const text = [...lines].map(
    ([module, names]) => `import { ${names.map((name) => spelled(name)).join(", ")} } from ${quote}${module}${quote};`,
  );
  const last = file.getImportDeclarations().at(-1);
  if (last !== undefined) return [{ at: last.getEnd(), text: text.map((line) => `\n${line}`).join("") }];
  const first = file.getStatements()[0];
  return [{ at: first?.getStart(true) ?? file.getEnd(), text: `${text.join("\n")}\n\n` }];
}
