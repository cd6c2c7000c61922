import type {
  ErrorDescriptor,
  FieldDescriptor,
  MessageDescriptor,
  OneofDescriptor,
  UnionDescriptor,
} from "@rpcgen/runtime/descriptor";
import type { Analysis } from "../semantics/analyse.ts";
import type { Instance, ResolvedField, ResolvedOneof, Shape } from "../semantics/program.ts";
import { isStatusCode } from "../semantics/status-codes.ts";
import { withoutAlias } from "../semantics/types.ts";
import { declarationBase, marksOf } from "./annotations.ts";
import { checksOf, constraintsOf } from "./constraints.ts";
import { exampleAt } from "./example.ts";
import type { TypeLowering } from "./lower-type.ts";
import { MAX_FIELD_NUMBER, reservedOf } from "./reserved.ts";

export interface ShapeLowering {
  readonly analysis: Analysis;
  readonly types: TypeLowering;
  /** Set when the shape is an instance of a generic. */
  readonly instance?: Instance;
}

/** Lowers a message, union, error, or inline shape. */
export function lowerShape(
  shape: Shape,
  lowering: ShapeLowering,
): MessageDescriptor | UnionDescriptor | ErrorDescriptor {
  const { analysis, instance } = lowering;
  const { node } = shape.symbol;
  const base = declarationBase(shape.symbol, analysis);
  const named = instance === undefined ? base : { ...base, name: instance.name, fullName: instance.fullName };
  const reserved = reservedOf(shape.reserved, MAX_FIELD_NUMBER);
  if (node.kind === "union") {
    const cases = shape.fields.map((field) => lowerField(field, lowering, true));
    return { kind: "union", ...named, origin: instance === undefined ? "declared" : "instance", cases, reserved };
  }
  const members = shape.members.map((member) =>
    member.kind === "oneof" ? lowerOneof(member, lowering) : lowerField(member, lowering, false),
  );
  const checks = checksOf(node, lowering);
  if (node.kind === "error") {
    const code = node.code?.text ?? "unknown";
    return { kind: "error", ...named, code: isStatusCode(code) ? code : "unknown", members, reserved, checks };
  }
  const origin = node.kind === "inline_shape" ? node.origin : instance === undefined ? "declared" : "instance";
  return { kind: "message", ...named, origin, members, reserved, checks };
}

function lowerOneof(oneof: ResolvedOneof, lowering: ShapeLowering): OneofDescriptor {
  const { node, wireName } = oneof;
  const cases = oneof.fields.map((field) => lowerField(field, lowering, true));
  const isSensitive = lowering.analysis.annotations.find(node, "sensitive") !== undefined;
  return {
    kind: "oneof",
    name: node.name.text,
    wireName,
    optional: node.optional,
    required: lowering.analysis.annotations.find(node, "required") !== undefined,
    cases: isSensitive ? cases.map((field) => ({ ...field, sensitive: true })) : cases,
    ...marksOf(node, lowering.analysis),
  };
}

/** A field without annotations, as most are: its marks are a doc comment at most. */
function lowerPlainField(field: ResolvedField, { types }: ShapeLowering, isCase: boolean): FieldDescriptor {
  const { node } = field;
  const { doc } = node;
  const plain: { -readonly [Key in keyof FieldDescriptor]: FieldDescriptor[Key] } = {
    kind: "field",
    name: node.name.text,
    wireName: field.wireName,
    jsonName: field.jsonName,
    number: Number(node.number?.value ?? 0n),
    type: types.fieldType(field),
    optional: node.optional,
    presence: isCase || node.optional || types.isMessage(field.type) ? "explicit" : "implicit",
    required: false,
    constraints: NONE,
    sensitive: false,
    annotations: NONE,
  };
  if (doc !== undefined && doc !== "") plain.doc = doc;
  return plain;
}

/** Shared, because most fields have none. */
const NONE: readonly never[] = [];

function lowerField(field: ResolvedField, lowering: ShapeLowering, isCase: boolean): FieldDescriptor {
  const { node } = field;
  const { analysis, types } = lowering;
  const { annotations } = analysis;
  if (annotations.of(node).length === 0) return lowerPlainField(field, lowering, isCase);
  const required = annotations.find(node, "required") !== undefined;
  const defaultValue = annotations.find(node, "default")?.arguments.get("value");
  if (defaultValue?.kind === "enum") types.references.add(defaultValue.enum.file);
  const type = types.concrete(field.type);
  const example = exampleAt(node, type, analysis);
  const isExplicit = isCase || node.optional || required || defaultValue !== undefined;
  return {
    kind: "field",
    name: node.name.text,
    wireName: field.wireName,
    jsonName: field.jsonName,
    number: Number(node.number?.value ?? 0n),
    type: types.fieldType(field),
    optional: node.optional,
    presence: isExplicit || types.isMessage(field.type) ? "explicit" : "implicit",
    required,
    ...(defaultValue === undefined ? {} : { default: defaultValue }),
    constraints: constraintsOf(node, withoutAlias(type), lowering),
    sensitive: annotations.find(node, "sensitive") !== undefined,
    ...(example === undefined ? {} : { example }),
    ...marksOf(node, analysis),
  };
}
