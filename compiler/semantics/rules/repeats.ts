import { semanticsCatalog as catalog } from "../../diagnostics/catalog-semantics.ts";
import type { CheckedAnnotation } from "../annotations/check-annotations.ts";
import type { ResolvedMethod, SymbolOf } from "../program.ts";
import type { Rule, RuleContext } from "./rule.ts";

/** Only calls that may be repeated are. */
export const repeats: Rule = {
  id: "repeats",
  severity: "error",
  purpose: "`@retry` and `@hedge` stand on methods that may be carried out twice and have a single request.",
  clause: "2.15.2",
  create: (context) => ({
    method: (method) => checkMethod(method, context),
    service: (symbol, methods) => checkService(symbol, methods, context),
  }),
};

function checkMethod(method: ResolvedMethod, context: RuleContext): void {
  const { analysis, report } = context;
  const { node } = method;
  for (const name of ["retry", "hedge"]) {
    const annotation = analysis.annotations.find(node, name);
    if (annotation === undefined) continue;
    checkBackoff(annotation, context);
    const insertion = {
      file: annotation.node.span.file,
      start: annotation.node.span.start,
      end: annotation.node.span.start,
    };
    const fix = { title: "add `@idempotent`", edits: [{ span: insertion, text: "@idempotent " }] };
    const parameters = { annotation: name, method: node.name.text };
    if (!canRepeat(method, context))
      report(catalog.repeatNeedsIdempotent, parameters, { span: annotation.node.span, fix });
    else if (!hasSingleRequest(method)) report(catalog.repeatStream, parameters, { span: annotation.node.span });
  }
  checkBoth(node, context);
}

function checkService(symbol: SymbolOf<"service">, methods: readonly ResolvedMethod[], context: RuleContext): void {
  for (const name of ["retry", "hedge"]) {
    const annotation = context.analysis.annotations.find(symbol.node, name);
    if (annotation === undefined) continue;
    checkBackoff(annotation, context);
    if (methods.some((method) => canRepeat(method, context) && hasSingleRequest(method))) continue;
    const parameters = { annotation: name, method: undefined };
    context.report(catalog.repeatNeedsIdempotent, parameters, { span: annotation.node.span });
  }
  checkBoth(symbol.node, context);
}

function canRepeat(method: ResolvedMethod, { analysis }: RuleContext): boolean {
  return [method.node, method.service.node].some((node) =>
    ["readonly", "idempotent"].some((name) => analysis.annotations.find(node, name) !== undefined),
  );
}

function hasSingleRequest({ kind }: ResolvedMethod): boolean {
  return kind === "unary" || kind === "server_stream";
}

function checkBackoff(annotation: CheckedAnnotation, { report }: RuleContext): void {
  const backoff = annotation.arguments.get("backoff");
  if (backoff?.kind !== "record") return;
  const value = (name: string): number => {
    const entry = backoff.entries.find((each) => each.name === name)?.value;
    return entry?.kind === "duration" ? entry.ms : 0;
  };
  const span = annotation.argumentNodes.get("backoff")?.value.span ?? annotation.node.span;
  if (value("max") < value("base")) report(catalog.backoffOrder, {}, { span });
}

function checkBoth(node: object, { analysis, report }: RuleContext): void {
  const retry = analysis.annotations.find(node, "retry");
  const hedge = analysis.annotations.find(node, "hedge");
  if (retry === undefined || hedge === undefined) return;
  const [first, second] = retry.node.span.start < hedge.node.span.start ? [retry, hedge] : [hedge, retry];
  const related = [{ span: first.node.span, message: "repeats the call already" }];
  report(catalog.hedgeAndRetry, {}, { span: second.node.span, related });
}
