import type { ConstantValue } from "@rpcgen/runtime/descriptor";
import type { Expression } from "@rpcgen/runtime/descriptor";
import type { FieldNode } from "../../syntax/ast.ts";
import type { ResolvedType } from "../program.ts";

/** A range of offsets in the text of an expression. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

export type BinaryOperator = Extract<Expression, { kind: "binary" }>["operator"];
export type Domain = Extract<Expression, { kind: "binary" }>["domain"];

/** An expression as written. */
export type ExpressionNode = TextRange &
  (
    | { readonly kind: "literal"; readonly value: ConstantValue }
    | { readonly kind: "name"; readonly parts: readonly (TextRange & { readonly text: string })[] }
    | { readonly kind: "call"; readonly name: "has" | "size"; readonly argument: ExpressionNode }
    | { readonly kind: "unary"; readonly operator: "!" | "-"; readonly operand: ExpressionNode }
    | {
        readonly kind: "binary";
        readonly operator: BinaryOperator;
        readonly left: ExpressionNode;
        readonly right: ExpressionNode;
      }
  );

/** A checked expression: like that of the descriptor, with types that are not lowered yet. */
export type CheckedExpression =
  | { readonly kind: "literal"; readonly value: ConstantValue }
  | { readonly kind: "this" }
  | {
      readonly kind: "field";
      readonly object: CheckedExpression;
      readonly node: FieldNode;
      readonly type: ResolvedType;
    }
  | { readonly kind: "has"; readonly field: CheckedExpression }
  | { readonly kind: "size"; readonly of: CheckedExpression }
  | { readonly kind: "not" | "negate"; readonly operand: CheckedExpression }
  | {
      readonly kind: "binary";
      readonly operator: BinaryOperator;
      readonly domain: Domain;
      readonly left: CheckedExpression;
      readonly right: CheckedExpression;
    };

/** A rule of `@check`. */
export interface CheckedRule {
  readonly source: string;
  readonly message: string;
  readonly expression: CheckedExpression;
}
