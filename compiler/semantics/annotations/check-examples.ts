import type { ConstantValue } from "@rpcgen/runtime/descriptor";
import { semanticsCatalog as catalog } from "../../diagnostics/catalog-semantics.ts";
import type { AnnotationNode, ValueNode } from "../../syntax/ast.ts";
import { isSymbolOf, type ResolvedMethod, type ResolvedType } from "../program.ts";
import { withoutAlias } from "../types.ts";
import type { AnnotationParts, CheckedAnnotation } from "./check-annotations.ts";
import { checkExample, type ExampleContext } from "./examples.ts";
import type { AnnotationSite } from "./sites.ts";

/** An `@example` whose value was not looked at yet. */
export interface OpenExample {
  readonly site: AnnotationSite;
  readonly node: AnnotationNode;
  readonly value: ValueNode;
  /** Where the value goes when it is right. */
  readonly values: Map<string, ConstantValue>;
}

/** Evaluates the examples of a compilation, and checks them against types and constraints. */
export function checkExamples(
  examples: readonly OpenExample[],
  parts: AnnotationParts,
  annotationsOf: (node: object) => readonly CheckedAnnotation[],
): void {
  for (const example of examples) {
    const context: ExampleContext = { ...parts, scope: example.site.scope, annotationsOf };
    const value = example.site.target === "method" ? resultOf(example, parts, context) : valueOf(example, context);
    if (value !== undefined) example.values.set("value", value);
  }
}

function valueOf({ site, value }: OpenExample, context: ExampleContext): ConstantValue | undefined {
  return site.type && checkExample(value, { type: site.type, nodes: [site.node] }, context);
}

/** A method shows its result; one with a stream of them a list. */
function resultOf(
  { site, node, value }: OpenExample,
  { methods }: AnnotationParts,
  context: ExampleContext,
): ConstantValue | undefined {
  const service = site.scope.symbol;
  const all = service !== undefined && isSymbolOf(service, "service") ? methods.get(service) : undefined;
  const method = all?.find((each) => each.node === site.node);
  if (method === undefined) return undefined;
  if (isNothing(method.response)) {
    const parameters = { reason: "void" as const, name: method.node.name.text };
    return void context.report(catalog.exampleShape, parameters, { span: node.span });
  }
  return checkExample(value, { type: shownType(method), nodes: [] }, context);
}

function shownType({ kind, response }: ResolvedMethod): ResolvedType {
  return kind === "server_stream" || kind === "bidi_stream" ? { kind: "list", element: response } : response;
}

function isNothing(type: ResolvedType): boolean {
  const base = withoutAlias(type);
  return base.kind === "unknown" || (base.kind === "builtin" && base.name === "void");
}
