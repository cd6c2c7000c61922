import type { CheckConstraint, ConstantValue, Constraint } from "@rpcgen/runtime/descriptor";
import type { Analysis } from "../semantics/analyse.ts";
import type { CheckedAnnotation } from "../semantics/annotations/check-annotations.ts";
import type { ResolvedType } from "../semantics/program.ts";
import { boundText } from "../semantics/values.ts";
import { lowerExpression } from "./lower-expression.ts";
import type { TypeLowering } from "./lower-type.ts";

const FORMATS = ["email", "uuid", "uri", "ip", "hostname"] as const;

export interface ConstraintContext {
  readonly analysis: Analysis;
  readonly types: Pick<TypeLowering, "typeAt">;
}

/** The constraints written at a field or alias of a type (without aliases), in a fixed order of kinds. */
export function constraintsOf(node: object, type: ResolvedType, context: ConstraintContext): Constraint[] {
  const { analysis } = context;
  const { annotations } = analysis;
  if (annotations.of(node).length === 0) return [];
  const find = (name: string): CheckedAnnotation | undefined => annotations.find(node, name);
  return [
    ...lengths(find, type),
    ...range(find),
    ...texts(find),
    ...(find("unique") === undefined ? [] : [{ kind: "unique" } as const]),
    ...valueLists(find),
    ...checksOf(node, context),
  ];
}

/** The `@check` rules of a node. */
export function checksOf(node: object, { analysis, types }: ConstraintContext): CheckConstraint[] {
  return analysis.annotations.of(node).flatMap((annotation) => {
    const rule = analysis.checks.get(annotation.node);
    if (rule === undefined) return [];
    return [
      {
        kind: "check",
        source: rule.source,
        message: rule.message,
        expression: lowerExpression(rule.expression, types),
      },
    ];
  });
}

type Find = (name: string) => CheckedAnnotation | undefined;
type Length = Extract<Constraint, { kind: "length" }>;

function lengths(find: Find, type: ResolvedType): Constraint[] {
  const unit = type.kind === "list" || type.kind === "map" ? "items" : isBytes(type) ? "bytes" : "characters";
  const maxSize = find("maxSize")?.arguments.get("size");
  return [
    ...lengthOf(find("len"), unit),
    ...lengthOf(find("bytes"), "bytes"),
    ...lengthOf(find("items"), "items"),
    ...(maxSize?.kind === "size" ? [{ kind: "length", unit: "bytes", max: maxSize.bytes } as const] : []),
  ];
}

function isBytes(type: ResolvedType): boolean {
  return type.kind === "scalar" && type.name === "bytes";
}

function lengthOf(annotation: CheckedAnnotation | undefined, unit: Length["unit"]): Length[] {
  const size = annotation?.arguments.get("size");
  if (size?.kind === "int") return [{ kind: "length", unit, min: Number(size.value), max: Number(size.value) }];
  if (size?.kind !== "range") return [];
  const { min, max } = size;
  return [
    {
      kind: "length",
      unit,
      ...(min === undefined ? {} : { min: Number(min) }),
      ...(max === undefined ? {} : { max: Number(max) }),
    },
  ];
}

function range(find: Find): Constraint[] {
  const bound = (name: string): string | undefined => {
    const value = find(name)?.arguments.get("value");
    return value && boundText(value);
  };
  const [gt, lt] = [bound("gt"), bound("lt")];
  const [min, max] = [gt ?? bound("min"), lt ?? bound("max")];
  if (min === undefined && max === undefined) return [];
  return [
    {
      kind: "range",
      ...(min === undefined ? {} : { min }),
      ...(max === undefined ? {} : { max }),
      ...(gt === undefined ? {} : { minExclusive: true }),
      ...(lt === undefined ? {} : { maxExclusive: true }),
    },
  ];
}

function texts(find: Find): Constraint[] {
  const pattern = find("pattern")?.arguments.get("pattern");
  const formats = FORMATS.filter((format) => find(format) !== undefined);
  return [
    ...(pattern?.kind === "string" ? [{ kind: "pattern", pattern: pattern.value } as const] : []),
    ...formats.map((format) => ({ kind: "format", format }) as const),
  ];
}

function valueLists(find: Find): Constraint[] {
  const values = (name: string): readonly ConstantValue[] | undefined => {
    const value = find(name)?.arguments.get("values");
    return value?.kind === "list" ? value.values : undefined;
  };
  const [allowed, forbidden] = [values("in"), values("notIn")];
  return [
    ...(allowed === undefined ? [] : [{ kind: "in", values: allowed } as const]),
    ...(forbidden === undefined ? [] : [{ kind: "not_in", values: forbidden } as const]),
  ];
}
