import type { FieldDescriptor, ListType, MapType, Reference } from "@rpcgen/runtime/descriptor";
import { code, type Code, type FlatCode, type Ident, nothing, type Piece, words } from "../code.ts";
import { branded, plainZero } from "../default-value.ts";
import type { ElementType } from "../element-type.ts";
import { lineBreak } from "../fill.ts";
import { below, gathered, part, remembered } from "../fragments.ts";
import { comparison, conditional, wholeComparison } from "../conditions.ts";
import { assign, assignBelow, call, inlineObject, lines, unionBehind } from "../layout.ts";
import { stringLiteral } from "../literal.ts";
import type { ModuleContext } from "../module-context.ts";
import { locals } from "../naming.ts";
import { type CaseSlot, defaultOf, type FieldSlot, type Slot } from "../slots.ts";
import { typeExpression } from "../type-expression.ts";
import {
  conversionOf,
  enumFunction,
  fromWire,
  isMessageLike,
  keyOf,
  mayBeUnknown,
  readMessage,
  readScalar,
  scalarMethod,
  wireType,
  wireTypeOf,
} from "./element.ts";
import { packedMethod } from "./write.ts";

/** The `case` clauses that read every member, in schema order. */
export function readClauses(context: ModuleContext, slots: readonly Slot[]): FlatCode {
  let text = nothing;
  for (const slot of slots) {
    const clauses =
      "cases" in slot
        ? words`${lineBreak(3)}${readCases(context, slot.cases, slot.member.optional)}`
        : (slot.fragments.texts[part.read] ?? fieldClauses(context, slot));
    text = below(text, clauses, 3);
  }
  return text;
}

function fieldClauses(context: ModuleContext, { fragments, member, variable }: FieldSlot): FlatCode {
  return remembered(context, fragments, {
    part: part.read,
    depth: 3,
    make: () => readField(context, member, variable),
  });
}

function readField(context: ModuleContext, field: FieldDescriptor, variable: Ident): Code[] {
  const { type, number } = field;
  if (type.kind === "list") return readList(context, number, type, variable);
  if (type.kind === "map") return [readMap(context, number, type, variable)];
  return [clause(keyOf(number, wireTypeOf(type)), readSingle(context, type, variable))];
}

/** Declarations in a clause need a block of their own. */
function clause(key: number, statements: readonly Code[], block: boolean = statements.length > 1): Code {
  if (!block) {
    return code`
      case ${key}:
        ${statements}
        break;
    `;
  }
  return code`
    case ${key}: {
      ${statements}
      break;
    }
  `;
}

function readSingle(context: ModuleContext, type: ElementType, variable: Ident): Code[] {
  if (type.kind === "builtin" && type.name === "void") return [code`reader.skip(tag);`];
  if (isMessageLike(type)) {
    return readMessage(context, type, { previous: variable, store: (value) => code`${assign(variable, value)};` });
  }
  const value = readScalar(context, type);
  if (!mayBeUnknown(context, type)) return [code`${assign(variable, value)};`];
  return [code`${assignBelow(variable, wholeComparison(value, "??", variable))};`];
}

function readList(context: ModuleContext, number: number, type: ListType, variable: Ident): Code[] {
  const { element } = type;
  const single = clause(keyOf(number, wireTypeOf(element)), readItem(context, element, variable), true);
  if (wireTypeOf(element) === wireType.bytes)
    return [isMessageLike(element) ? single : itemClause(context, number, element, variable)];
  const packed = clause(keyOf(number, wireType.bytes), readPacked(context, element, variable));
  const plain = element.kind === "enum" ? single : itemClause(context, number, element, variable);
  return type.packed ? [packed, plain] : [plain, packed];
}

function itemClause(context: ModuleContext, number: number, element: ElementType, variable: Ident): Code {
  return clause(keyOf(number, wireTypeOf(element)), readItem(context, element, variable), false);
}

/** Every item is counted; nested messages count by themselves. */
function readItem(context: ModuleContext, element: ElementType, variable: Ident): Code[] {
  const push = (value: Piece): Code => code`${call(code`${variable}.push`, [value])};`;
  if (isMessageLike(element)) return readMessage(context, element, { previous: undefined, store: push });
  const value = readScalar(context, element);
  const counted = code`reader.element();`;
  if (!mayBeUnknown(context, element)) return [counted, push(value)];
  return [counted, code`${assign(code`const item`, value)};`, pushKnown(variable)];
}

function pushKnown(variable: Ident): Code {
  return code`
    if (item !== undefined) {
      ${call(code`${variable}.push`, [locals.item])};
    }
  `;
}

function readPacked(context: ModuleContext, element: ElementType, variable: Ident): Code[] {
  if (element.kind === "enum") return readPackedEnum(context, element, variable);
  if (element.kind !== "scalar") throw new TypeError("only scalars and enums are packed");
  const method = packedMethod(scalarMethod(element));
  if (conversionOf(element) === "none") return [code`${call(code`reader.${method}`, [variable])};`];
  return [
    code`const numbers: bigint[] = [];`,
    code`reader.${method}(numbers);`,
    code`
      for (const number of numbers) {
        ${call(code`${variable}.push`, [branded(context, element, fromWire(context, element, code`number`))])};
      }
    `,
  ];
}

function readPackedEnum(context: ModuleContext, element: Reference, variable: Ident): Code[] {
  const value = call(enumFunction(context, element, "fromNumber"), [locals.number]);
  const push = mayBeUnknown(context, element)
    ? lines(code`${assignBelow(code`const item`, value)};`, pushKnown(variable))
    : code`${call(code`${variable}.push`, [value])};`;
  return [
    code`const numbers: number[] = [];`,
    code`reader.packedInt32(numbers);`,
    code`
      for (const number of numbers) {
        ${push}
      }
    `,
  ];
}

function readMap(context: ModuleContext, number: number, type: MapType, variable: Ident): Code {
  const statements = [
    code`const outer = reader.open();`,
    code`${assign(code`let key: ${typeExpression(context, type.key, "value")}`, defaultOf(context, type.key))};`,
    declareItem(context, type.value),
    code`
      while (reader.pos < reader.end) {
        const field = reader.tag();
        if (field === ${keyOf(1, wireTypeOf(type.key))}) {
          ${assign(locals.key, readScalar(context, type.key))};
        } else if (field === ${keyOf(2, wireTypeOf(type.value))}) {
          ${readMapItem(context, type.value)}
        } else {
          reader.skip(field);
        }
      }
    `,
    code`reader.close(outer);`,
    ...setEntry(context, type.value, variable),
  ];
  return clause(keyOf(number, wireType.bytes), statements);
}

function hasLateDefault(context: ModuleContext, type: ElementType): boolean {
  return plainZero(context, type) === undefined;
}

function declareItem(context: ModuleContext, type: ElementType): Code {
  const name = typeExpression(context, type, "value");
  if (hasLateDefault(context, type)) return code`let item:${unionBehind([name, code`undefined`])};`;
  const types = mayBeUnknown(context, type) ? [name, code`undefined`] : [name];
  return code`${assign(code`let item:${unionBehind(types)}`, defaultOf(context, type))};`;
}

function readMapItem(context: ModuleContext, type: ElementType): Code[] {
  if (type.kind === "builtin" && type.name === "void") return [code`reader.skip(field);`];
  if (!isMessageLike(type)) return [code`${assign(locals.item, readScalar(context, type))};`];
  const store = (value: Code): Code => code`${assign(locals.item, value)};`;
  return readMessage(context, type, { previous: locals.item, outer: locals.inner, store });
}

/** An entry whose value is an unknown member of a closed enum is dropped as a whole, as protobuf asks. */
function setEntry(context: ModuleContext, type: ElementType, variable: Ident): Code[] {
  const item = hasLateDefault(context, type) ? code`item ?? ${defaultOf(context, type)}` : locals.item;
  const set = code`${call(code`${variable}.set`, [locals.key, item])};`;
  if (!mayBeUnknown(context, type)) return [set];
  return [
    code`
      if (item !== undefined) {
        ${set}
      }
    `,
  ];
}

/** The clauses for the cases of a oneof or union; the same message case twice is merged. */
export function readCases(context: ModuleContext, cases: readonly CaseSlot[], optional: boolean): FlatCode {
  return gathered(context, cases, {
    part: optional ? part.readOptionalCase : part.readCase,
    depth: 3,
    make: (slot) => readCase(context, slot, optional),
  });
}

function readCase(context: ModuleContext, { field, holder }: CaseSlot, optional: boolean): Code {
  const type = field.type as ElementType;
  const key = keyOf(field.number, wireTypeOf(type));
  const kind = stringLiteral(field.name);
  const store = (value: Piece): Code =>
    code`${assign(holder, inlineObject([code`kind: ${kind}`, code`value: ${value}`]))};`;
  if (type.kind === "builtin" && type.name === "void") {
    return clause(key, [code`reader.skip(tag);`, store(code`undefined`)], false);
  }
  if (isMessageLike(type)) {
    const isSame = comparison(code`${holder}${optional ? code`?` : undefined}.kind`, "===", kind);
    const same = conditional(isSame, code`${holder}.value`, code`undefined`);
    const keep = (value: Code): Code => code`${assign(code`const item`, value)};`;
    return clause(key, [...readMessage(context, type, { previous: same, store: keep }), store(locals.item)]);
  }
  const value = readScalar(context, type);
  if (!mayBeUnknown(context, type)) return clause(key, [store(value)]);
  return clause(key, [
    code`${assign(code`const item`, value)};`,
    code`
      if (item !== undefined) {
        ${store(locals.item)}
      }
    `,
  ]);
}
