import type { ConstantValue, Expression, Type } from "@rpcgen/runtime/descriptor";
import { code, type Code, type Ident } from "../code.ts";
import { constantExpression, plainZero } from "../default-value.ts";
import { chained, comparison } from "../conditions.ts";
import { concat } from "../layout.ts";
import { bigintLiteral } from "../literal.ts";
import { messageOf, type ModuleContext } from "../module-context.ts";
import { messageNamesOf } from "../type-expression.ts";

/** Where an expression stands. */
export interface Surroundings {
  readonly context: ModuleContext;
  /** The message whose fields are named; `undefined` under a field's own `@check`. */
  readonly message: Code | undefined;
  /** Properties of the message by field names. */
  readonly members: ReadonlyMap<string, Ident>;
  /** The value that `this` means, and its type. */
  readonly self: { readonly value: Code; readonly type: Type } | undefined;
}

type Binary = Extract<Expression, { kind: "binary" }>;
type Domain = Binary["domain"];

interface Printed {
  readonly code: Code;
  /** Operator at the top; `??` for a value with a fallback, `!` for a unary one. */
  readonly operator: string | undefined;
}

/** A `@check` expression as TypeScript, laid out as prettier does. */
export function checkExpression(surroundings: Surroundings, expression: Expression): Code {
  return print(surroundings, expression, "bool").code;
}

/** True for an expression that may throw: division of bigints by zero. */
export function mayThrow(expression: Expression): boolean {
  switch (expression.kind) {
    case "binary":
      if (expression.domain === "bigint" && /[/%]/.test(expression.operator)) return true;
      return mayThrow(expression.left) || mayThrow(expression.right);
    case "not":
    case "negate":
      return mayThrow(expression.operand);
    default:
      return false;
  }
}

function print(surroundings: Surroundings, expression: Expression, domain: Domain): Printed {
  switch (expression.kind) {
    case "literal":
      return atom(literal(surroundings.context, expression.value, domain));
    case "this":
      return self(surroundings, domain);
    case "field":
      return field(surroundings, expression, domain);
    case "has":
      return { code: comparison(place(surroundings, expression.field), "!==", code`undefined`), operator: "!==" };
    case "size": {
      const { context } = surroundings;
      const call = code`${context.imports.runtime("sizeOf")}(${place(surroundings, expression.of)})`;
      return atom(domain === "bigint" ? code`BigInt(${call})` : call);
    }
    case "not":
      return unary("!", print(surroundings, expression.operand, "bool"));
    case "negate":
      return unary("-", print(surroundings, expression.operand, domain));
    case "binary":
      return binary(surroundings, expression);
  }
}

function atom(text: Code): Printed {
  return { code: text, operator: undefined };
}

function literal(context: ModuleContext, value: ConstantValue, domain: Domain): Code {
  if (value.kind === "int" && domain === "bigint") return code`${bigintLiteral(value.value)}`;
  if (value.kind === "word") throw new TypeError(`"${value.value}" has no value in a check`);
  return constantExpression(context, value, { kind: "scalar", scalar: "double" });
}

function self(surroundings: Surroundings, domain: Domain): Printed {
  if (surroundings.self === undefined) throw new TypeError("`this` outside the check of a field");
  return converted(surroundings.self.type, surroundings.self.value, false, domain);
}

type Field = Extract<Expression, { kind: "field" }>;

function field(surroundings: Surroundings, expression: Field, domain: Domain): Printed {
  return converted(expression.type, place(surroundings, expression), true, domain);
}

/** A value brought to the domain of the operator it stands under; what is absent counts as zero. */
function converted(type: Type, value: Code, absent: boolean, domain: Domain): Printed {
  const withZero = (zero: Code): Printed =>
    absent ? { code: code`${value} ?? ${zero}`, operator: "??" } : given(value);
  if (domain === "timestamp") {
    return absent
      ? { code: code`${value}?.getTime() ?? 0`, operator: "??" }
      : atom(String(value).includes(" ?? ") ? code`(${value}).getTime()` : code`${value}.getTime()`);
  }
  if (domain === "bigint" && !isBigint(type))
    return atom(code`BigInt(${withZero(isText(type) ? code`"0"` : code`0`).code})`);
  if (domain === "bigint") return withZero(code`0n`);
  if (domain === "number") return isText(type) ? atom(code`Number(${withZero(code`"0"`).code})`) : withZero(code`0`);
  if (domain === "bool") return withZero(code`false`);
  return domain === "string" ? withZero(code`""`) : given(value);
}

/** The value of a field itself, which may come with its fallback. */
function given(value: Code): Printed {
  return { code: value, operator: String(value).includes(" ?? ") ? "??" : undefined };
}

function isBigint(type: Type): boolean {
  return type.kind === "scalar" && /64$/.test(type.scalar) && type.js === undefined;
}

function isText(type: Type): boolean {
  return type.kind === "scalar" && /64$/.test(type.scalar) && type.js === "string";
}

/** The place of a field, without a fallback. */
function place(surroundings: Surroundings, expression: Expression): Code {
  if (expression.kind === "this" && surroundings.self !== undefined) return surroundings.self.value;
  if (expression.kind !== "field") return print(surroundings, expression, "string").code;
  const { object, name } = expression;
  if (object.kind === "this" && surroundings.self === undefined && surroundings.message !== undefined) {
    return code`${surroundings.message}.${member(surroundings.members, name)}`;
  }
  const type = object.kind === "field" ? object.type : surroundings.self?.type;
  const members = membersOf(surroundings.context, type);
  const access = object.kind === "field" ? code`?.` : code`.`;
  return concat(place(surroundings, object), access, member(members, name));
}

function membersOf(context: ModuleContext, type: Type | undefined): ReadonlyMap<string, Ident> {
  if (type?.kind !== "message" && type?.kind !== "error") throw new TypeError("only messages have fields");
  messageOf(context, type);
  return messageNamesOf(context, type).members;
}

function member(members: ReadonlyMap<string, Ident>, name: string): Ident {
  const found = members.get(name);
  if (found === undefined) throw new TypeError(`a check names the unknown field ${name}`);
  return found;
}

function unary(operator: "!" | "-", operand: Printed): Printed {
  const bare = operand.operator === undefined || (operand.operator === "!" && operator === "!");
  const text = bare ? operand.code : code`(${operand.code})`;
  return { code: operator === "!" ? code`!${text}` : code`-${text}`, operator: operator === "!" ? "!" : "u-" };
}

function binary(surroundings: Surroundings, expression: Binary): Printed {
  const { operator } = expression;
  if (operator === "&&" || operator === "||") {
    const items = chain(expression, operator).map((item) => parenthesized(print(surroundings, item, "bool"), operator));
    return { code: chained(operator, items), operator };
  }
  const spelled = operator === "==" ? "===" : operator === "!=" ? "!==" : operator;
  const [left, right] = sides(surroundings, expression);
  const code = comparison(parenthesized(left, spelled), spelled, parenthesized(right, spelled, true));
  return { code, operator: spelled };
}

function sides(surroundings: Surroundings, expression: Binary): [Printed, Printed] {
  const { left, right, domain } = expression;
  if (domain === "enum") return [enumSide(surroundings, left), enumSide(surroundings, right)];
  return [print(surroundings, left, domain), print(surroundings, right, domain)];
}

/** An enum is compared as TypeScript spells it; an absent one is its zero. */
function enumSide(surroundings: Surroundings, expression: Expression): Printed {
  if (expression.kind !== "field") return print(surroundings, expression, "enum");
  const zero = plainZero(surroundings.context, expression.type);
  const value = place(surroundings, expression);
  return zero === undefined ? atom(value) : { code: code`${value} ?? ${zero}`, operator: "??" };
}

/** `a && b && c` however it was nested. */
function chain(expression: Expression, operator: "&&" | "||"): Expression[] {
  if (expression.kind !== "binary" || expression.operator !== operator) return [expression];
  return [...chain(expression.left, operator), ...chain(expression.right, operator)];
}

const precedence: Readonly<Record<string, number>> = {
  "??": 0,
  "||": 1,
  "&&": 2,
  "===": 3,
  "!==": 3,
  "<": 4,
  "<=": 4,
  ">": 4,
  ">=": 4,
  "+": 5,
  "-": 5,
  "*": 6,
  "/": 6,
  "%": 6,
};

/** An operand with the parentheses that are needed, and those that prettier adds for the reader. */
function parenthesized(operand: Printed, parent: string, isRight = false): Code {
  const inner = operand.operator === undefined ? undefined : precedence[operand.operator];
  const outer = precedence[parent] ?? 0;
  if (inner === undefined || operand.operator === undefined) return operand.code;
  const mixed = parent === "||" && operand.operator === "&&";
  const sameButApart = inner === outer && (isRight || !isFlattened(parent, operand.operator));
  const remainder = operand.operator === "%" && (parent === "+" || parent === "-");
  return inner < outer || mixed || sameButApart || remainder ? code`(${operand.code})` : operand.code;
}

function isFlattened(parent: string, operator: string): boolean {
  if (parent === "===" || parent === "!==") return false;
  if (/[*/%]/.test(parent)) return parent === operator && parent !== "%";
  return true;
}
