import type { Expression } from "@rpcgen/runtime/descriptor";
import type { CheckedExpression } from "../semantics/expressions/expression.ts";
import type { TypeLowering } from "./lower-type.ts";

/** Lowers the types within a checked expression. */
export function lowerExpression(expression: CheckedExpression, types: Pick<TypeLowering, "typeAt">): Expression {
  const lower = (part: CheckedExpression): Expression => lowerExpression(part, types);
  switch (expression.kind) {
    case "literal":
    case "this":
      return expression;
    case "field":
      return {
        kind: "field",
        object: lower(expression.object),
        name: expression.node.name.text,
        type: types.typeAt(expression.type, expression.node),
        optional: expression.node.optional,
      };
    case "has":
      return { kind: "has", field: lower(expression.field) };
    case "size":
      return { kind: "size", of: lower(expression.of) };
    case "not":
    case "negate":
      return { kind: expression.kind, operand: lower(expression.operand) };
    case "binary": {
      const { operator, domain, left, right } = expression;
      return { kind: "binary", operator, domain, left: lower(left), right: lower(right) };
    }
  }
}
