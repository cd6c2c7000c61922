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

/** Every node that carries annotations, in schema order of each file. */
export function* annotationSites(parts: SiteParts): Generator<AnnotationSite> {
  for (const symbol of parts.bound.symbols) {
    for (const site of sitesOfSymbol(symbol, parts)) if (site.node.annotations.length > 0) yield site;
  }
}

function* sitesOfSymbol(symbol: DeclaredSymbol, parts: SiteParts): Generator<AnnotationSite> {
  const scope: Scope = { module: symbol.module, symbol };
  const { node } = symbol;
  switch (node.kind) {
    case "inline_shape":
      break;
    case "type_alias":
      if (!isSymbolOf(symbol, "type_alias")) return;
      yield { target: "type", node, scope, type: parts.types.aliasTarget(symbol), typeSpan: node.type.span };
      return;
    case "enum":
      yield { target: "enum", node, scope };
      for (const member of node.members)
        yield { target: member.kind === "reserved" ? "reserved" : "member", node: member, scope };
      return;
    case "service":
      yield { target: "service", node, scope };
      for (const member of node.members)
        yield { target: member.kind === "reserved" ? "reserved" : "method", node: member, scope };
      return;
    default:
      yield { target: TARGETS[node.kind], node, scope };
  }
  if (!isSymbolOf(symbol, "message", "union", "error", "inline_shape")) return;
  for (const field of parts.shapes.get(symbol)?.fields ?? []) {
    yield { target: "field", node: field.node, scope, type: field.type, typeSpan: field.node.type.span, field };
  }
  yield* otherMembers(symbol.node.members, scope);
}

const TARGETS = {
  message: "message",
  union: "union",
  error: "error",
  error_set: "errors",
  constant: "const",
  annotation_declaration: "annotation",
} as const;

function* otherMembers(members: readonly MemberNode[], scope: Scope): Generator<AnnotationSite> {
  for (const member of members) {
    if (member.kind === "reserved") yield { target: "reserved", node: member, scope };
    if (member.kind !== "oneof") continue;
    yield { target: "oneof", node: member, scope };
    yield* otherMembers(member.members, scope);
  }
}
