import { type SymbolName, symbols } from "@rpcgen/runtime/codegen";
import type { Code, Ident } from "./code.ts";
import { code } from "./code.ts";
import { concat, lines, specifiers } from "./layout.ts";
import { stringLiteral } from "./literal.ts";
import type { FileNames } from "./names.ts";
import { ident, importAlias, runtimeAlias } from "./naming.ts";
import type { OutputOptions } from "./template.ts";

/** What a module under construction imports. Asking for a name is what imports it. */
export interface Imports {
  /**
   * A symbol of `@rpcgen/runtime/codegen` under its name in this module.
   * @throws TypeError for a symbol that generated code may not import
   */
  runtime(name: SymbolName): Ident;
  /** A type of another schema file, used as a type only. */
  type(module: string, name: Ident): Ident;
  /** A declaration of another schema file, used as a value (and perhaps as a type). */
  value(module: string, name: Ident): Ident;
  /** Runs `work` and adds the symbols of the runtime that it asked for to `found`. */
  recorded<T>(found: Set<SymbolName>, work: () => T): T;
  /** The import declarations: the runtime, then the siblings by path. */
  render(): Code;
}

interface Specifier {
  readonly name: string;
  readonly local: Ident;
  typeOnly: boolean;
}

/** Collects imports for the module with `names`. Nothing is imported twice; what is taken here gets another name. */
export function createImports(names: FileNames, options: Pick<OutputOptions, "importExtension">): Imports {
  const runtime = new Map<string, Specifier>();
  const siblings = new Map<string, Map<string, Specifier>>();
  const aliases = new Set<string>([...names.taken, ...Object.keys(symbols)]);

  let record: Set<SymbolName> | undefined;

  function sibling(module: string, name: Ident, typeOnly: boolean): Ident {
    let specifiersOfModule = siblings.get(module);
    if (specifiersOfModule === undefined) siblings.set(module, (specifiersOfModule = new Map()));
    let specifier = specifiersOfModule.get(name);
    if (specifier === undefined) {
      const local = aliases.has(name) ? importAlias(module, name, aliases) : name;
      aliases.add(local);
      specifiersOfModule.set(name, (specifier = { name, local, typeOnly }));
    }
    if (!typeOnly) specifier.typeOnly = false;
    return specifier.local;
  }

  return {
    recorded(found, work) {
      const outer = record;
      record = found;
      try {
        return work();
      } finally {
        record = outer;
      }
    },
    runtime(name) {
      record?.add(name);
      let specifier = runtime.get(name);
      if (specifier === undefined) {
        specifier = runtimeSpecifier(name, names.taken);
        runtime.set(name, specifier);
      }
      return specifier.local;
    },
    type: (module, name) => sibling(module, name, true),
    value: (module, name) => sibling(module, name, false),
    render: () =>
      lines(
        importDeclaration([...runtime.values()], "@rpcgen/runtime/codegen"),
        ...[...siblings]
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([module, found]) =>
            importDeclaration([...found.values()], siblingSpecifier(names.module, module, options.importExtension)),
          ),
      ),
  };
}

function runtimeSpecifier(name: SymbolName, taken: ReadonlySet<string>): Specifier {
  if (!Object.hasOwn(symbols, name)) throw new TypeError(`generated code may not import ${JSON.stringify(name)}`);
  const local = taken.has(name) ? runtimeAlias(name, taken) : ident(name);
  return { name, local, typeOnly: symbols[name] === "type" };
}

function importDeclaration(found: readonly Specifier[], from: string): Code {
  if (found.length === 0) return concat();
  const sorted = [...found].sort((a, b) => compare(a.name, b.name));
  const allTypes = sorted.every((specifier) => specifier.typeOnly);
  const list = specifiers(sorted.map((specifier) => printSpecifier(specifier, allTypes)));
  const source = stringLiteral(from);
  return allTypes ? code`import type ${list} from ${source};` : code`import ${list} from ${source};`;
}

function printSpecifier(specifier: Specifier, allTypes: boolean): Code {
  const name = ident(specifier.name);
  const renamed = specifier.local === specifier.name ? code`${name}` : code`${name} as ${specifier.local}`;
  return specifier.typeOnly && !allTypes ? code`type ${renamed}` : renamed;
}

function compare(a: string, b: string): number {
  const left = a.toLowerCase();
  const right = b.toLowerCase();
  if (left === right) return a < b ? -1 : 1;
  return left < right ? -1 : 1;
}

/** `./common.rpc.js` as seen from `users.rpc`. */
export function siblingSpecifier(from: string, to: string, extension: OutputOptions["importExtension"]): string {
  const source = from.split("/").slice(0, -1);
  const target = to.split("/");
  let shared = 0;
  while (shared < source.length && shared < target.length - 1 && source[shared] === target[shared]) shared++;
  const up = source.length - shared;
  const prefix = up === 0 ? "./" : "../".repeat(up);
  return `${prefix}${target.slice(shared).join("/")}${extension}`;
}
