import type { AnnotationValue, Deprecation } from "@rpcgen/runtime/descriptor";
import type { Analysis } from "../semantics/analyse.ts";
import { isPassedOn } from "../semantics/annotations/standard-annotations.ts";
import type { DeclaredSymbol } from "../semantics/program.ts";

/** What every annotated thing has in common. */
export interface Marks {
  readonly doc?: string;
  readonly deprecated?: Deprecation;
  readonly unstable?: boolean;
  readonly annotations: readonly AnnotationValue[];
}

/** Shared, because most things have none. */
const NONE: readonly never[] = [];
const NO_MARKS: Marks = { annotations: NONE };

/** Doc comment, deprecation, and the annotations that are passed on. */
export function marksOf(node: { readonly doc?: string }, analysis: Analysis): Marks {
  const { doc } = node;
  if (analysis.annotations.of(node).length === 0) {
    return doc === undefined || doc === "" ? NO_MARKS : { doc, annotations: NONE };
  }
  const deprecated = analysis.annotations.find(node, "deprecated");
  const reason = deprecated?.arguments.get("reason");
  return {
    ...(doc === undefined || doc === "" ? {} : { doc }),
    ...(deprecated === undefined ? {} : { deprecated: { reason: reason?.kind === "string" ? reason.value : "" } }),
    ...(analysis.annotations.find(node, "unstable") === undefined ? {} : { unstable: true }),
    annotations: passedOn(node, analysis),
  };
}

function passedOn(node: object, analysis: Analysis): AnnotationValue[] {
  return analysis.annotations
    .of(node)
    .filter(({ isStandard, name }) => !isStandard || isPassedOn(name))
    .map(({ name, arguments: values }) => ({
      name,
      arguments: [...values].map(([parameter, value]) => ({ name: parameter, value })),
    }));
}

/** Names and marks of a declaration. */
export function declarationBase(
  symbol: DeclaredSymbol,
  analysis: Analysis,
): Marks & { readonly name: string; readonly fullName: string } {
  return { name: symbol.qualifiedName, fullName: symbol.fullName, ...marksOf(symbol.node, analysis) };
}
