import { semanticsCatalog as catalog } from "../../diagnostics/catalog-semantics.ts";
import type { Span } from "../../source/source-file.ts";
import type { CheckedAnnotation } from "../annotations/check-annotations.ts";
import type { ResolvedMethod } from "../program.ts";
import { closest } from "../../diagnostics/suggest.ts";
import { withoutAlias } from "../types.ts";
import { findRequestField, isSingleValue, requestText } from "./request-fields.ts";
import type { Rule, RuleContext } from "./rule.ts";

const VERBS = ["get", "post", "put", "patch", "delete"];

/** HTTP mappings name one verb, a readable path of their own, and fields of the request. */
export const http: Rule = {
  id: "http",
  severity: "error",
  purpose: "`@http` names one verb, a path that no other method has, and fields of the request.",
  clause: "2.15.6",
  create: (context) => {
    const routes = new Map<string, { readonly method: ResolvedMethod; readonly span: Span }>();
    return {
      method: (method) => {
        const annotation = context.analysis.annotations.find(method.node, "http");
        if (annotation === undefined) return;
        const mapping = mappingOf(method, annotation, context);
        if (mapping === undefined) return;
        checkVariables(method, mapping, context);
        checkBody(method, annotation, context);
        const route = `${mapping.verb.toUpperCase()} ${mapping.path.replace(/\{[^}]*\}/g, "{}")}`;
        const other = routes.get(route);
        if (other === undefined) routes.set(route, { method, span: mapping.span });
        else {
          const related = [{ span: other.span, message: "first used here" }];
          const name = `${other.method.service.name}.${other.method.node.name.text}`;
          const shown = `\`${mapping.verb.toUpperCase()} ${mapping.path}\``;
          context.report(catalog.httpRouteClash, { route: shown, other: name }, { span: mapping.span, related });
        }
      },
    };
  },
};

interface Mapping {
  readonly verb: string;
  readonly path: string;
  /** The path as written. */
  readonly span: Span;
}

function mappingOf(
  method: ResolvedMethod,
  annotation: CheckedAnnotation,
  { report }: RuleContext,
): Mapping | undefined {
  if (method.kind === "client_stream" || method.kind === "bidi_stream") {
    report(catalog.httpStream, { method: method.node.name.text }, { span: annotation.node.span });
    return undefined;
  }
  const verbs = VERBS.filter((verb) => annotation.arguments.has(verb));
  const [verb] = verbs;
  if (verb === undefined || verbs.length > 1) {
    report(catalog.httpVerb, { count: verbs.length }, { span: annotation.node.span });
    return undefined;
  }
  const path = annotation.arguments.get(verb);
  const span = annotation.argumentNodes.get(verb)?.value.span ?? annotation.node.span;
  if (path?.kind !== "string") return undefined;
  const reason = pathProblem(path.value);
  if (reason !== undefined) report(catalog.httpPath, { reason }, { span });
  return reason === undefined ? { verb, path: path.value, span } : undefined;
}

function pathProblem(path: string): string | undefined {
  if (!path.startsWith("/")) return "it does not start with `/`";
  const seen = new Set<string>();
  for (const segment of path.slice(1).split("/")) {
    const variable = /^\{([A-Za-z_][\w.]*)\}$/.exec(segment)?.[1];
    if (variable !== undefined && seen.has(variable)) return `it names \`{${variable}}\` twice`;
    if (variable !== undefined) seen.add(variable);
    else if (!/^[\w.~!$&'()*+,;=:@%-]*$/.test(segment)) return `\`${segment}\` is neither plain text nor \`{field}\``;
    else if (segment === "" && path !== "/") return "it has an empty segment";
  }
  return undefined;
}

function checkVariables(method: ResolvedMethod, mapping: Mapping, { analysis, report }: RuleContext): void {
  if (withoutAlias(method.request).kind === "unknown") return;
  for (const [, name = ""] of mapping.path.matchAll(/\{([^}]*)\}/g)) {
    const path = name.split(".");
    const found = findRequestField(method, path, analysis);
    if (found.type !== undefined && isSingleValue(found.type) && found.field?.oneof === undefined) continue;
    const suggestion = path.length === 1 ? closest(name, found.names) : undefined;
    const parameters = { name, request: requestText(method), suggestion, place: "path" } as const;
    report(catalog.httpVariable, parameters, { span: partOf(mapping.span, `{${name}}`) });
  }
}

/** The place of a text within a string literal; all of it when escapes hide the text. */
function partOf(span: Span, text: string): Span {
  const at = span.file.text.slice(span.start, span.end).indexOf(text);
  return at < 0 ? span : { ...span, start: span.start + at, end: span.start + at + text.length };
}

/** `body` names a field of the request, or `*` for all that is not in the path. */
function checkBody(method: ResolvedMethod, annotation: CheckedAnnotation, { analysis, report }: RuleContext): void {
  const body = annotation.arguments.get("body");
  if (body?.kind !== "string" || body.value === "*") return;
  const found = findRequestField(method, [body.value], analysis);
  if (found.field !== undefined || withoutAlias(method.request).kind === "unknown") return;
  const span = annotation.argumentNodes.get("body")?.value.span ?? annotation.node.span;
  const suggestion = closest(body.value, found.names);
  const parameters = { name: body.value, request: requestText(method), suggestion, place: "body" } as const;
  report(catalog.httpVariable, parameters, { span });
}
