import type { ConstantValue } from "@rpcgen/runtime/descriptor";
import { semanticsCatalog as catalog } from "../../diagnostics/catalog-semantics.ts";
import type { AnnotationArgumentNode, AnnotationNode } from "../../syntax/ast.ts";
import { type DeclaredSymbol, isSymbolOf, type ResolvedMethod, type ResolvedType, type SymbolOf } from "../program.ts";
import type { NameResolver } from "../names.ts";
import type { Report } from "../report.ts";
import { closest } from "../../diagnostics/suggest.ts";
import { typeText } from "../types.ts";
import type { ValueResolver } from "../values.ts";
import type { AnnotationSpec, ParameterSpec } from "./annotation-spec.ts";
import { checkArgument } from "./arguments.ts";
import { checkExamples, type OpenExample } from "./check-examples.ts";
import type { AnnotationSite, SiteParts } from "./sites.ts";
import { standardAnnotations } from "./standard-annotations.ts";
import { familyText, typeFamily } from "./type-family.ts";

/** An annotation whose name and arguments are right. */
export interface CheckedAnnotation {
  /** Standard name, or the full name of a declared annotation. */
  readonly name: string;
  readonly isStandard: boolean;
  readonly node: AnnotationNode;
  /** Values by parameter, in order of the parameters; those of a rest parameter as one list. */
  readonly arguments: ReadonlyMap<string, ConstantValue>;
  /** Where each argument stands. */
  readonly argumentNodes: ReadonlyMap<string, AnnotationArgumentNode>;
}

/** The checked annotations of a compilation, by the node that carries them. */
export interface Annotations {
  of(node: object): readonly CheckedAnnotation[];
  /** The first standard annotation of a name. */
  find(node: object, name: string): CheckedAnnotation | undefined;
}

export interface AnnotationParts extends SiteParts {
  readonly sites: readonly AnnotationSite[];
  readonly names: NameResolver;
  readonly values: ValueResolver;
  readonly methods: ReadonlyMap<DeclaredSymbol, readonly ResolvedMethod[]>;
  readonly report: Report;
}

/** Checks every annotation: name, place, repetition, arguments, and the type it is about. */
export function checkAnnotations(parts: AnnotationParts): Annotations {
  const declared = createDeclaredSpecs(parts);
  const byNode = new Map<object, readonly CheckedAnnotation[]>();
  const examples: OpenExample[] = [];
  for (const site of parts.sites) byNode.set(site.node, checkSite(site, { ...parts, declared, examples }));
  const of = (node: object): readonly CheckedAnnotation[] => byNode.get(node) ?? [];
  checkExamples(examples, parts, of);
  return {
    of,
    find: (node, name) => byNode.get(node)?.find((each) => each.isStandard && each.name === name),
  };
}

interface Checking extends AnnotationParts {
  /** Those met so far. What they are checked against are annotations too, so that waits until all are known. */
  readonly examples: OpenExample[];
  readonly declared: (symbol: SymbolOf<"annotation_declaration">) => DeclaredSpec;
}

/** A declared annotation as a spec, with the types of its parameters. */
interface DeclaredSpec extends AnnotationSpec {
  readonly types: ReadonlyMap<string, ResolvedType>;
  readonly symbol: SymbolOf<"annotation_declaration">;
}

function createDeclaredSpecs(parts: AnnotationParts): Checking["declared"] {
  const specs = new Map<object, DeclaredSpec>();
  return (symbol) => {
    const known = specs.get(symbol) ?? declaredSpec(symbol, parts);
    specs.set(symbol, known);
    return known;
  };
}

function declaredSpec(symbol: SymbolOf<"annotation_declaration">, parts: AnnotationParts): DeclaredSpec {
  const scope = { module: symbol.module };
  const { parameters, targets } = symbol.node;
  return {
    name: symbol.fullName,
    symbol,
    targets: targets.map(({ text }) => text as never),
    parameters: parameters.map(({ name, optional }) => ({ name: name.text, kind: "value", optional })),
    types: new Map(parameters.map(({ name, type }) => [name.text, parts.types.resolve(type, scope)])),
    about: "is declared in a schema",
  };
}

function checkSite(site: AnnotationSite, checking: Checking): CheckedAnnotation[] {
  const checked: CheckedAnnotation[] = [];
  const first = new Map<string, AnnotationNode>();
  for (const node of site.node.annotations) {
    const spec = findSpec(node, site, checking);
    if (spec === undefined) continue;
    const earlier = first.get(spec.name);
    if (earlier !== undefined && spec.repeatable !== true) {
      const related = [{ span: earlier.span, message: "first used here" }];
      checking.report(catalog.annotationRepeated, { name: node.name.text }, { span: node.span, related });
      continue;
    }
    first.set(spec.name, node);
    const result = checkOne(node, spec, { site, checking });
    if (result !== undefined) checked.push(result);
  }
  return checked;
}

function findSpec(
  node: AnnotationNode,
  site: AnnotationSite,
  checking: Checking,
): AnnotationSpec | DeclaredSpec | undefined {
  const standard = standardAnnotations.get(node.name.text);
  if (standard !== undefined) return standard;
  const { meaning } = checking.names.find(node.name, site.scope);
  if (meaning?.kind === "symbol" && isSymbolOf(meaning.symbol, "annotation_declaration"))
    return checking.declared(meaning.symbol);
  if (meaning?.kind === "broken") return undefined;
  const declared = checking.bound.symbols
    .filter((symbol) => symbol.module === site.scope.module && isSymbolOf(symbol, "annotation_declaration"))
    .map((symbol) => symbol.name);
  const known = [...standardAnnotations.keys(), ...declared];
  const suggestion = closest(node.name.text, known) ?? longestStart(node.name.text, known);
  const fix = suggestion && { title: `write \`@${suggestion}\``, edits: [{ span: node.name.span, text: suggestion }] };
  checking.report(
    catalog.unknownAnnotation,
    { name: node.name.text, suggestion, target: site.target },
    { span: node.name.span, ...(fix ? { fix } : {}) },
  );
  return undefined;
}

/** `@length` was meant to be `@len`, `@idem` to be `@idempotent`. */
function longestStart(name: string, known: readonly string[]): string | undefined {
  const related = known.filter(
    (each) => each.length > 2 && (name.startsWith(each) || (name.length > 2 && each.startsWith(name))),
  );
  return related.sort((left, right) => right.length - left.length)[0];
}

interface Place {
  readonly site: AnnotationSite;
  readonly checking: Checking;
}

function checkOne(
  node: AnnotationNode,
  spec: AnnotationSpec | DeclaredSpec,
  place: Place,
): CheckedAnnotation | undefined {
  if (!checkTarget(node, spec, place) || !checkFamily(node, spec, place)) return undefined;
  const assigned = assignArguments(node, spec, place.checking.report);
  if (assigned === undefined) return undefined;
  const values = new Map<string, ConstantValue>();
  for (const parameter of spec.parameters) {
    const nodes = assigned.get(parameter.name);
    if (nodes === undefined) continue;
    const [first] = nodes;
    if (parameter.kind === "example" && first !== undefined) {
      place.checking.examples.push({ site: place.site, node, value: first.value, values });
      continue;
    }
    const checked = nodes.map((argument) =>
      checkArgument(parameter, argument, argumentContext(spec, parameter, place)),
    );
    if (checked.some((value) => value === undefined)) return undefined;
    const known = checked.filter((value) => value !== undefined);
    const [only] = known;
    if (parameter.rest) values.set(parameter.name, { kind: "list", values: known });
    else if (only !== undefined) values.set(parameter.name, only);
  }
  const argumentNodes = new Map<string, AnnotationArgumentNode>();
  for (const [name, [argument]] of assigned) if (argument !== undefined) argumentNodes.set(name, argument);
  return { name: spec.name, isStandard: !("types" in spec), node, arguments: values, argumentNodes };
}

function argumentContext(
  spec: AnnotationSpec | DeclaredSpec,
  parameter: ParameterSpec,
  { site, checking }: Place,
): Parameters<typeof checkArgument>[2] {
  const type = "types" in spec ? spec.types.get(parameter.name) : site.type;
  const { values, report } = checking;
  const base = {
    values,
    report,
    scope: site.scope,
    annotation: "types" in spec ? spec.symbol.name : spec.name,
    isOnly: spec.parameters.length === 1,
  };
  return type === undefined ? base : { ...base, type };
}

function checkTarget(node: AnnotationNode, spec: AnnotationSpec, { site, checking }: Place): boolean {
  if (spec.targets.includes(site.target)) return true;
  const parameters = { name: node.name.text, target: site.target, targets: spec.targets };
  checking.report(catalog.annotationTarget, parameters, { span: node.span });
  return false;
}

function checkFamily(node: AnnotationNode, spec: AnnotationSpec, { site, checking }: Place): boolean {
  const { type, typeSpan } = site;
  if (spec.appliesTo === undefined || type === undefined || typeSpan === undefined) return true;
  const family = typeFamily(type);
  if (family === undefined || spec.appliesTo.includes(family)) return true;
  const name = spec.name;
  const nameSpan = { ...node.name.span, start: node.span.start };
  const parameters = { name, type: typeText(type), about: spec.about, arguments: argumentText(node), family };
  const related = [{ span: typeSpan, message: `this is ${familyText(family)}` }];
  checking.report(catalog.annotationFieldType, parameters, { span: nameSpan, related });
  return false;
}

/** The arguments as written, for advice. */
function argumentText(node: AnnotationNode): string {
  const [first] = node.arguments;
  const last = node.arguments.at(-1);
  return first && last ? node.span.file.text.slice(first.span.start, last.span.end) : "";
}

/** Gives each argument to its parameter; `undefined` when that failed, which was reported. */
function assignArguments(
  node: AnnotationNode,
  spec: AnnotationSpec,
  report: Report,
): ReadonlyMap<string, AnnotationArgumentNode[]> | undefined {
  const assigned = new Map<string, AnnotationArgumentNode[]>();
  let right = true;
  let position = 0;
  for (const argument of node.arguments) {
    const parameter = argument.name
      ? spec.parameters.find(({ name }) => name === argument.name?.text)
      : spec.parameters[position];
    if (parameter === undefined) {
      reportExtraArgument(argument, { node, spec, report });
      right = false;
      continue;
    }
    const earlier = assigned.get(parameter.name);
    if (!argument.name && !parameter.rest) position++;
    if (earlier !== undefined && (!parameter.rest || argument.name)) {
      const related = [{ span: earlier[0]?.span ?? node.span, message: "first given here" }];
      report(
        catalog.argumentRepeated,
        { annotation: node.name.text, name: parameter.name },
        { span: argument.span, related },
      );
      right = false;
      continue;
    }
    assigned.set(parameter.name, [...(earlier ?? []), argument]);
  }
  return reportMissing(node, spec, { assigned, report }) && right ? assigned : undefined;
}

function reportExtraArgument(
  argument: AnnotationArgumentNode,
  context: { readonly node: AnnotationNode; readonly spec: AnnotationSpec; readonly report: Report },
): void {
  const { node, spec, report } = context;
  const annotation = node.name.text;
  const names = spec.parameters.map(({ name }) => name);
  if (argument.name === undefined) {
    return report(catalog.tooManyArguments, { annotation, parameters: names }, { span: argument.span });
  }
  const suggestion = closest(argument.name.text, names);
  const fix = suggestion && {
    title: `write \`${suggestion}\``,
    edits: [{ span: argument.name.span, text: suggestion }],
  };
  const parameters = { annotation, name: argument.name.text, suggestion, parameters: names };
  report(catalog.unknownArgument, parameters, { span: argument.name.span, ...(fix ? { fix } : {}) });
}

function reportMissing(
  node: AnnotationNode,
  spec: AnnotationSpec,
  given: { readonly assigned: ReadonlyMap<string, unknown>; readonly report: Report },
): boolean {
  const missing = spec.parameters.filter(({ name, optional }) => !optional && !given.assigned.has(name));
  const hasUnknown = node.arguments.some(
    ({ name }) => name && !spec.parameters.some((each) => each.name === name.text),
  );
  if (missing.length === 0 || hasUnknown) return missing.length === 0;
  const parameters = { annotation: node.name.text, missing: missing.map(({ name }) => name) };
  given.report(catalog.missingArgument, parameters, { span: node.span });
  return false;
}
