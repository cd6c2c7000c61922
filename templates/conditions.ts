/** Words for conditions, comparisons and what depends on them; laid out as those of `layout.ts`. */

import { code, type Code, flatOf, type IfBrokenNode, type Piece } from "./code.ts";
import {
  concat,
  entry,
  entryBelow,
  group,
  indent,
  isFlat,
  isHuggable,
  join,
  joined,
  lazily,
  raw,
  softLine,
  spaceLine,
  tree,
} from "./layout.ts";
import { lineWidth } from "./print.ts";

/** Long comparisons of names may be broken behind their operator. */
function splitComparison(test: Piece, nested: boolean): Piece {
  if (typeof test !== "string" || test.length < 60) return test;
  const [, left, operator, right] = /^([\w.?$]+) (!==|===) ([\w."$]+)$/.exec(test) ?? [];
  if (left === undefined || operator === undefined || right === undefined) return test;
  return nested ? comparison(raw(left), operator, raw(right)) : wholeComparison(raw(left), operator, raw(right));
}

/** `keyword (test) {`: `else if`, `while`, `switch`. */
export function open(keyword: "if" | "} else if" | "while" | "switch", test: Piece): Code {
  const flat = flatOf(test);
  return lazily(flat === undefined ? undefined : `${keyword} (${flat}) {`, "other", () =>
    tree(
      concat(group(raw(`${keyword} (`), indent(softLine, splitComparison(test, false)), softLine, raw(")")), raw(" {")),
    ),
  );
}

/** `if (test) statement` without a block; the statement goes below when not all of it fits. */
export function ifThen(test: Piece, statement: Piece): Code {
  const flat = joined(test, ") ", statement);
  return lazily(flat === undefined ? undefined : `if (${flat}`, "group", () =>
    tree(group(raw("if ("), test, raw(")"), indent(spaceLine, statement))),
  );
}

/** `if (a && b) statement` when that fits into a line at `depth`; else the statement has a block of its own. */
export function ifAll(tests: readonly Piece[], statement: Piece, depth: number): Code {
  const flat = joined(operands("&&", tests), ") ", statement);
  if (flat !== undefined && flat.length + 4 <= lineWidth - depth * 2) return raw(`if (${flat}`);
  return code`
    ${open("if", operands("&&", tests))}
      ${statement}
    }
  `;
}

/** `a && b && c`: broken behind every operator when it does not fit. Belongs into `open` or a group. */
export function operands(operator: "&&" | "||", items: readonly Piece[]): Code {
  return join(comparable(items), concat(raw(` ${operator}`), spaceLine));
}

/** The same for `returned`, where the second of two stays behind a first one whose last line leaves room for it. */
export function returnedOperands(operator: "&&" | "||", items: readonly Piece[]): Code {
  const [first, second] = comparable(items);
  if (first === undefined || second === undefined || items.length > 2) return operands(operator, items);
  return concat(first, raw(` ${operator}`), group(spaceLine, second));
}

function comparable(items: readonly Piece[]): Piece[] {
  const isLone = items.length === 1;
  return items.map((item) => splitComparison(item, !isLone));
}

/** `return test;` where the test may be put in parentheses over several lines. */
export function returned(test: Piece): Code {
  if (isFlat(test)) return concat(raw("return "), test, raw(";"));
  const parenthesis = (text: string): IfBrokenNode => ({ kind: "if-broken", broken: text, flat: "", hard: false });
  return concat(
    raw("return "),
    group(parenthesis("("), indent(softLine, group(test)), softLine, parenthesis(")")),
    raw(";"),
  );
}

/** `test ? yes : no` */
export function conditional(test: Piece, yes: Piece, no: Piece): Code {
  const flat = joined(test, " ? ", yes);
  const text = flat === undefined ? undefined : joined(raw(flat), " : ", no);
  return lazily(text, "group", () => tree(group(test, indent(spaceLine, raw("? "), yes, spaceLine, raw(": "), no))));
}

/** `a && b && c` as an argument or in parentheses. */
export function chained(operator: "&&" | "||", items: readonly Piece[]): Code {
  const [first, ...others] = items;
  if (first === undefined) return raw("");
  const rest = others.flatMap((item) => [raw(` ${operator}`), spaceLine, item]);
  return group(first, indent(...rest));
}

/** `left === right` as part of a larger condition. */
export function comparison(left: Piece, operator: string, right: Piece): Code {
  return lazily(joined(left, ` ${operator} `, right), "group", () =>
    tree(group(left, raw(` ${operator}`), indent(spaceLine, right))),
  );
}

/** `left === right` as the whole of a condition. */
export function wholeComparison(left: Piece, operator: string, right: Piece): Code {
  return lazily(joined(left, ` ${operator} `, right), "group", () =>
    tree(group(left, raw(` ${operator}`), group(spaceLine, right))),
  );
}

/** `name: value ?? fallback` of an object literal; a fallback that is an object literal stays on the line and opens there. */
export function entryOr(name: Piece, value: Piece, fallback: Piece): Code {
  if (isHuggable(fallback)) return entry(name, concat(value, raw(" ?? "), fallback));
  return entryBelow(name, wholeComparison(value, "??", fallback));
}
