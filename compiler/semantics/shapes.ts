import type { AnnotationNode, FieldNode, MemberNode, OneofNode, ReservedNode } from "../syntax/ast.ts";
import type { Bound } from "./bind.ts";
import {
  isSymbolOf,
  type ResolvedField,
  type ResolvedOneof,
  type Shape,
  type SymbolOf,
  type ShapeKind,
} from "./program.ts";
import { jsonNameOf, snakeCase } from "./spelling.ts";
import type { TypeResolver } from "./types.ts";
import type { Scope } from "./names.ts";

/** Collects the members of every message, union, error and inline shape, with resolved types. */
export function buildShapes(bound: Bound, types: TypeResolver): ReadonlyMap<object, Shape> {
  const spell = createSpelling();
  const shapes = new Map<object, Shape>();
  for (const symbol of bound.symbols) {
    if (isSymbolOf(symbol, "message", "union", "error", "inline_shape"))
      shapes.set(symbol, buildShape(symbol, types, spell));
  }
  return shapes;
}

function buildShape(symbol: SymbolOf<ShapeKind>, types: TypeResolver, spell: Spelling): Shape {
  const scope: Scope = { module: symbol.module, symbol };
  const context: Context = { scope, types, spell };
  const members: (ResolvedField | ResolvedOneof)[] = [];
  for (const node of symbol.node.members) {
    if (node.kind === "field") members.push(resolveField(node, context));
    if (node.kind === "oneof") members.push(resolveOneof(node, context));
  }
  const fields = members.flatMap((member) => (member.kind === "field" ? [member] : member.fields));
  return { symbol, members, fields, reserved: reservedNodes(symbol.node.members) };
}

interface Context {
  readonly scope: Scope;
  readonly types: TypeResolver;
  readonly spell: Spelling;
  readonly oneof?: OneofNode;
}

/** A name outside TypeScript. */
interface Spelled {
  readonly wireName: string;
  readonly jsonName: string;
}

type Spelling = (name: string) => Spelled;

/** Fields share few names in a large schema, so each is spelled once: measured by `npm run bench -- compile`. */
function createSpelling(): Spelling {
  const known = new Map<string, Spelled>();
  return (name) => {
    const before = known.get(name);
    if (before !== undefined) return before;
    const wireName = snakeCase(name);
    const spelled = { wireName, jsonName: jsonNameOf(wireName) };
    known.set(name, spelled);
    return spelled;
  };
}

function resolveOneof(node: OneofNode, context: Context): ResolvedOneof {
  const fields = node.members
    .filter((member) => member.kind === "field")
    .map((member) => resolveField(member, { ...context, oneof: node }));
  return { kind: "oneof", node, wireName: wireNameOf(node, snakeCase), fields };
}

function resolveField(node: FieldNode, context: Context): ResolvedField {
  const type = context.types.resolve(node.type, context.scope);
  if (context.oneof === undefined && node.annotations.length === 0) {
    const { wireName, jsonName } = context.spell(node.name.text);
    return { kind: "field", node, type, wireName, jsonName };
  }
  const wireName = wireNameOf(node, snakeCase);
  return {
    kind: "field",
    node,
    type,
    wireName,
    jsonName: stringArgument(node.annotations, "json") ?? jsonNameOf(wireName),
    ...(context.oneof === undefined ? {} : { oneof: context.oneof }),
  };
}

function reservedNodes(members: readonly MemberNode[]): ReservedNode[] {
  return members.flatMap((member) =>
    member.kind === "reserved" ? [member] : member.kind === "oneof" ? reservedNodes(member.members) : [],
  );
}

/** The name of something in protobuf: by the spelling rule, or as `@proto.name("x")` says. */
export function wireNameOf(
  node: { readonly name: { readonly text: string }; readonly annotations: readonly AnnotationNode[] },
  rule: (name: string) => string,
): string {
  return stringArgument(node.annotations, "proto.name") ?? rule(node.name.text);
}

/** The first argument of an annotation when it is a plain string. */
function stringArgument(annotations: readonly AnnotationNode[], name: string): string | undefined {
  if (annotations.length === 0) return undefined;
  const found = annotations.find((annotation) => annotation.name.text === name);
  const value = found?.arguments[0]?.value;
  return value?.kind === "string_literal" ? value.value : undefined;
}
