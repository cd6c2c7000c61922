import { semanticsCatalog as catalog } from "../../diagnostics/catalog-semantics.ts";
import type { Span } from "../../source/source-file.ts";
import { integerRanges } from "../builtin-types.ts";
import { substitute } from "../instances.ts";
import { type Instance, isSymbolOf, type ResolvedField, type ResolvedType, type Shape } from "../program.ts";
import type { Report } from "../report.ts";
import { typeText, withoutAlias } from "../types.ts";
import { isCase } from "./case-forms.ts";
import type { Rule } from "./rule.ts";

/** Lists, maps and void stand only where the wire format has them. */
export const typeForms: Rule = {
  id: "type-forms",
  severity: "error",
  purpose:
    "Lists and maps hold single values, maps have keys that can be keys, and void stands only where nothing is meant.",
  clause: "2.5.4, 2.5.5, 2.5.6",
  create: ({ analysis, report }) => ({
    field: (field, shape) => {
      // Most fields: they stand anywhere.
      if (field.type.kind === "scalar" || field.type.kind === "declared") return;
      const place: Place = {
        span: field.node.type.span,
        report,
        voidAllowed: isCase(field, shape),
        where: "the type of a field",
      };
      checkType(field.type, place);
    },
    symbol: (symbol) => {
      if (!isSymbolOf(symbol, "type_alias")) return;
      const place = { span: symbol.node.type.span, report, voidAllowed: false, where: "the target of a type alias" };
      checkType(analysis.types.aliasTarget(symbol), place);
    },
    instance: (instance, shape) => {
      for (const field of shape.fields) checkInstanceField(field, { instance, shape, report });
    },
  }),
};

interface Place {
  readonly span: Span;
  readonly report: Report;
  readonly voidAllowed: boolean;
  /** What `void` would be here. */
  readonly where: string;
  /** The instance of a generic that it happens in. */
  readonly within?: string;
}

/** What only the arguments of a generic made wrong is reported where they are given. */
function checkInstanceField(
  field: ResolvedField,
  { instance, shape, report }: { readonly instance: Instance; readonly shape: Shape; readonly report: Report },
): void {
  if (!mentionsParameter(field.type)) return;
  const text = typeText({ kind: "declared", symbol: instance.symbol, arguments: instance.arguments });
  const where = `the type of \`${field.node.name.text}\` in \`${text}\``;
  const place = { span: instance.span, report, voidAllowed: isCase(field, shape), where, within: text };
  checkType(substitute(field.type, instance.arguments), place);
}

function mentionsParameter(type: ResolvedType): boolean {
  switch (type.kind) {
    case "parameter":
      return true;
    case "list":
      return mentionsParameter(type.element);
    case "map":
      return mentionsParameter(type.key) || mentionsParameter(type.value);
    default:
      return false;
  }
}

function checkType(type: ResolvedType, place: Place): void {
  switch (type.kind) {
    case "list":
      return checkPart(type.element, { ...place, outer: "list", where: "the item of a list" });
    case "map":
      checkKey(type.key, place);
      return checkPart(type.value, { ...place, outer: "map", where: "the value of a map" });
    case "alias":
      // What is wrong with the target was reported at the alias.
      return;
    default:
      if (isVoid(type) && !place.voidAllowed)
        place.report(catalog.voidPlace, { where: place.where }, { span: place.span });
  }
}

function isVoid(type: ResolvedType): boolean {
  const base = withoutAlias(type);
  return base.kind === "builtin" && base.name === "void";
}

function checkPart(type: ResolvedType, place: Place & { readonly outer: string }): void {
  const base = withoutAlias(type);
  if (base.kind === "list" || base.kind === "map") {
    const parameters = { outer: place.outer, inner: base.kind, ...withinOf(place) };
    return place.report(catalog.nestedList, parameters, { span: place.span });
  }
  if (isVoid(type)) place.report(catalog.voidPlace, { where: place.where }, { span: place.span });
}

function checkKey(type: ResolvedType, place: Place): void {
  const base = withoutAlias(type);
  if (base.kind === "unknown" || base.kind === "parameter") return;
  const isKey =
    base.kind === "scalar" && (integerRanges.has(base.name) || base.name === "string" || base.name === "bool");
  if (!isKey) place.report(catalog.mapKey, { type: typeText(type), ...withinOf(place) }, { span: place.span });
}

function withinOf(place: Place): { within?: string } {
  return place.within === undefined ? {} : { within: place.within };
}
