import type { AnnotationNode } from "../syntax/ast.ts";
import { type Annotations, checkAnnotations } from "./annotations/check-annotations.ts";
import { annotationSites } from "./annotations/sites.ts";
import { bind, type Bound } from "./bind.ts";
import { checkExpressions } from "./expressions/check-expressions.ts";
import type { CheckedRule } from "./expressions/expression.ts";
import { linkModules, type ModuleLinks } from "./exports.ts";
import { expandGenerics, type Instances } from "./instances.ts";
import { buildMethods } from "./methods.ts";
import { createNameResolver, type NameResolver } from "./names.ts";
import {
  type DeclaredSymbol,
  isSymbolOf,
  type Module,
  type ResolvedMethod,
  type Shape,
  type StageResult,
} from "./program.ts";
import { createFindings } from "./report.ts";
import { runRules } from "./rules/run-rules.ts";
import { buildShapes } from "./shapes.ts";
import { typeUses } from "./type-uses.ts";
import { createTypeResolver, type TypeResolver } from "./types.ts";
import { createValueResolver, type ValueResolver } from "./values.ts";

/** All that is known about the files of a compilation. Rules check it, lowering reads it. */
export interface Analysis {
  readonly modules: readonly Module[];
  readonly bound: Bound;
  readonly links: ModuleLinks;
  readonly names: NameResolver;
  readonly types: TypeResolver;
  readonly values: ValueResolver;
  readonly shapes: ReadonlyMap<object, Shape>;
  readonly methods: ReadonlyMap<DeclaredSymbol, readonly ResolvedMethod[]>;
  readonly instances: Instances;
  readonly annotations: Annotations;
  /** The rules of `@check` annotations. */
  readonly checks: ReadonlyMap<AnnotationNode, CheckedRule>;
}

/** Binds, resolves and checks the modules of a compilation. Wrong parts are reported and left unknown. */
export function analyse(modules: readonly Module[]): StageResult<Analysis> {
  const { diagnostics, report } = createFindings();
  const bound = bind(modules, report);
  const links = linkModules(modules, bound, report);
  const names = createNameResolver({ modules, bound, links, report });
  const types = createTypeResolver(names, report);
  const values = createValueResolver({ names, bound, report });
  const shapes = buildShapes(bound, types);
  const methods = buildMethods({ bound, names, types, report });
  resolveRemaining(bound, { types, values });
  const sites = annotationSites({ bound, shapes, types });
  const annotations = checkAnnotations({ sites, bound, shapes, types, names, values, methods, report });
  const checks = checkExpressions({ sites, bound, shapes, types, names, values, methods, annotations, report });
  const instances = expandGenerics(typeUses({ bound, shapes, methods, types }), shapes, report);
  const analysis: Analysis = {
    modules,
    bound,
    links,
    names,
    types,
    values,
    shapes,
    methods,
    instances,
    annotations,
    checks,
  };
  runRules(analysis, report);
  return { result: analysis, diagnostics };
}

/** Aliases, constants and annotation declarations that nothing uses are looked into all the same. */
function resolveRemaining(bound: Bound, parts: { readonly types: TypeResolver; readonly values: ValueResolver }): void {
  for (const symbol of bound.symbols) {
    if (isSymbolOf(symbol, "type_alias")) parts.types.aliasTarget(symbol);
    if (isSymbolOf(symbol, "constant")) parts.values.constant(symbol);
    if (isSymbolOf(symbol, "annotation_declaration")) {
      for (const { type } of symbol.node.parameters) parts.types.resolve(type, { module: symbol.module });
    }
  }
}
