import { code, type Code, type Literal } from "../code.ts";
import { array, inlineObject, numberArray } from "../layout.ts";
import { booleanLiteral, numberLiteral, stringLiteral } from "../literal.ts";
import { ident } from "../naming.ts";

/** Plain data as an expression; members that are `undefined` are left out. */
export function dataExpression(data: unknown): Code | Literal {
  switch (typeof data) {
    case "string":
      return stringLiteral(data);
    case "number":
      return numberLiteral(data);
    case "boolean":
      return booleanLiteral(data);
    case "object":
      return Array.isArray(data) ? listExpression(data) : objectExpression(data ?? {});
    default:
      throw new TypeError(`a ${typeof data} is not plain data`);
  }
}

function listExpression(items: readonly unknown[]): Code {
  const expressions = items.map(dataExpression);
  const numeric = items.length > 1 && items.every((item) => typeof item === "number");
  return numeric ? numberArray(expressions as Literal[], 3) : array(expressions);
}

function objectExpression(data: object): Code {
  const entries = Object.entries(data).filter(([, value]) => value !== undefined);
  return inlineObject(entries.map(([name, value]) => code`${propertyName(name)}: ${dataExpression(value)}`));
}

function propertyName(name: string): Code {
  const plain = /^[A-Za-z_$][\w$]*$/.test(name) && name !== "__proto__";
  if (name === "__proto__") return code`[${stringLiteral(name)}]`;
  return plain ? code`${ident(name)}` : code`${stringLiteral(name)}`;
}
