import type { AnnotationNode, MemberNode } from "../../syntax/ast.ts";
import type { Bound } from "../bind.ts";
import type { Scope } from "../names.ts";
import type { DeclaredSymbol, ResolvedField, ResolvedType, Shape } from "../program.ts";
import { isSymbolOf } from "../program.ts";
import type { TypeResolver } from "../types.ts";
import type { AnnotationTarget } from "./annotation-spec.ts";
import type { Span } from "../../source/source-file.ts";

/** A node with annotations, and what there is to know about it. */
export interface AnnotationSite {
  readonly target: AnnotationTarget;
  readonly node: { readonly annotations: readonly AnnotationNode[] };
  readonly scope: Scope;
  /** Type of the field or alias. */
  readonly type?: ResolvedType;
  readonly typeSpan?: Span;
  readonly field?: ResolvedField;
}

export interface SiteParts {
  readonly bound: Bound;
  readonly shapes: ReadonlyMap<object, Shape>;
  readonly types: TypeResolver;
}

/** Every node that carries annotations, in schema order of each file; fields of a message before its oneofs. */
export function annotationSites(parts: SiteParts): readonly AnnotationSite[] {
  const sites: AnnotationSite[] = [];
  for (const symbol of parts.bound.symbols) collectSites(symbol, parts, sites);
  return sites;
}

function collectSites(symbol: DeclaredSymbol, parts: SiteParts, sites: AnnotationSite[]): void {
  const scope: Scope = { module: symbol.module, symbol };
  const { node } = symbol;
  if (isSymbolOf(symbol, "type_alias")) {
    const type = parts.types.aliasTarget(symbol);
    sites.push({ target: "type", node: symbol.node, scope, type, typeSpan: symbol.node.type.span });
    return;
  }
  if (node.kind !== "inline_shape") addSite(sites, { target: TARGETS[node.kind], node, scope });
  if (node.kind === "enum" || node.kind === "service") {
    const target = node.kind === "enum" ? "member" : "method";
    for (const member of node.members)
      addSite(sites, { target: member.kind === "reserved" ? "reserved" : target, node: member, scope });
  }
  if (!isSymbolOf(symbol, "message", "union", "error", "inline_shape")) return;
  for (const field of parts.shapes.get(symbol)?.fields ?? []) {
    if (field.node.annotations.length === 0) continue;
    sites.push({ target: "field", node: field.node, scope, type: field.type, typeSpan: field.node.type.span, field });
  }
  collectOthers(symbol.node.members, scope, sites);
}

function addSite(sites: AnnotationSite[], site: AnnotationSite): void {
  if (site.node.annotations.length > 0) sites.push(site);
}

const TARGETS = {
  message: "message",
  union: "union",
  error: "error",
  enum: "enum",
  service: "service",
  type_alias: "type",
  error_set: "errors",
  constant: "const",
  annotation_declaration: "annotation",
} as const;

function collectOthers(members: readonly MemberNode[], scope: Scope, sites: AnnotationSite[]): void {
  for (const member of members) {
    if (member.kind === "reserved") addSite(sites, { target: "reserved", node: member, scope });
    if (member.kind !== "oneof") continue;
    addSite(sites, { target: "oneof", node: member, scope });
    collectOthers(member.members, scope, sites);
  }
}
