import { importsOf, type ImportUse, type ProjectFile, resolveImport, withoutComments } from "./imports.ts";
import {
  type FolderRule,
  folderRules,
  lazyOnly,
  leafParents,
  libraryHomes,
  plainNodeModules,
  restrictedGlobals,
  runtimeNodeHomes,
} from "./rules.ts";

/** Every breach of the import rules, one readable line each. */
export function violationsOf(files: readonly ProjectFile[]): readonly string[] {
  return [
    ...files.flatMap((file) => importsOf(file).flatMap((use) => importViolations(file, use))),
    ...files.flatMap(globalViolations),
    ...cycles(files),
  ];
}

function importViolations(file: ProjectFile, use: ImportUse): readonly string[] {
  const target = resolveImport(file.path, use.specifier);
  const rule = ruleOf(file.path);
  const place = `${file.path}:${use.line}`;
  if (rule === undefined) return [`${place}: no rule says what this folder may import`];
  const problems: string[] = [];
  const library = Object.keys(libraryHomes).find((name) => target === name || target.startsWith(`${name}/`));
  if (library !== undefined && !file.path.startsWith(libraryHomes[library] ?? "")) {
    problems.push(`${place}: ${library} may be imported in ${libraryHomes[library]} only`);
  } else if (!isAllowed(rule, target, use))
    problems.push(`${place}: ${rule.folder} may not import ${target}${use.isTypeOnly ? "" : " (as a value)"}`);
  if (isOwnBarrel(file.path, target)) problems.push(`${place}: a file does not import the index.ts of its own folder`);
  const isStatic = !new RegExp(`import\\(\\s*["']${escaped(use.specifier)}`, "u").test(withoutComments(file.text));
  if (!use.isTypeOnly && isStatic && lazyOnly.includes(target))
    problems.push(`${place}: ${target} is loaded by import() only`);
  return problems;
}

function isAllowed(rule: FolderRule, target: string, use: ImportUse): boolean {
  if (target.startsWith(rule.folder)) return !leafOf(target) || leafOf(target) === leafOf(rule.folder);
  if (target.startsWith("node:") && rule.folder.startsWith("runtime/"))
    return plainNodeModules.includes(target) || runtimeNodeHomes.includes(rule.folder);
  return rule.imports.some((entry) => {
    const [folder = "", kind] = entry.split(":types");
    const isInside = target === folder || target.startsWith(folder.endsWith(":") ? folder : `${folder}/`);
    return isInside && (kind === undefined || use.isTypeOnly) && leafOf(target) === undefined;
  });
}

/** `runtime/discovery/etcd/` for a file in it. */
function leafOf(path: string): string | undefined {
  const parent = leafParents.find((each) => path.startsWith(each));
  const name = parent === undefined ? undefined : path.slice(parent.length).split("/");
  return name === undefined || name.length < 2 ? undefined : `${parent}${name[0]}/`;
}

function ruleOf(path: string): FolderRule | undefined {
  const fitting = folderRules.filter((rule) => path.startsWith(rule.folder));
  return fitting.sort((left, right) => right.folder.length - left.folder.length)[0];
}

function isOwnBarrel(path: string, target: string): boolean {
  return target === `${path.split("/").slice(0, -1).join("/")}/index.ts` && !path.startsWith("compiler/index");
}

function globalViolations(file: ProjectFile): readonly string[] {
  if (!file.path.startsWith("runtime/")) return [];
  const code = withoutComments(file.text).replace(/`(?:[^`\\]|\\[\s\S])*`/gu, "``");
  return restrictedGlobals
    .filter((each) => each.pattern.test(code) && !each.homes.some((home) => file.path.startsWith(home)))
    .map(
      (each) =>
        `${file.path}: names ${each.name}; ${each.homes.length === 0 ? "nothing may" : `only ${each.homes.join(", ")} may`}`,
    );
}

/** Circles among value imports; each is reported once, from its first file in order. */
function cycles(files: readonly ProjectFile[]): readonly string[] {
  const edges = new Map(files.map((file) => [file.path, valueImports(file)]));
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start !== -1) found.push(`value imports go in a circle: ${[...trail.slice(start), path].join(" -> ")}`);
    if (start !== -1 || done.has(path)) return;
    for (const next of edges.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of edges.keys()) visit(path, []);
  return found;
}

function valueImports(file: ProjectFile): readonly string[] {
  return importsOf(file)
    .filter((use) => !use.isTypeOnly)
    .map((use) => resolveImport(file.path, use.specifier));
}

function escaped(text: string): string {
  return text.replace(/[\\^$.|?*+()[\]{}]/gu, "\\$&");
}
