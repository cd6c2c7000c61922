/** Items of a list that are shown. */
const maxItems = 1_000;
/** Lists within lists. */
const maxDepth = 12;

/** What JSON can say. */
export type Plain = string | number | boolean | null | readonly Plain[] | { readonly [name: string]: Plain };

/** Anything as JSON can say it: what others gave may hold functions, errors, bytes, numbers without end or itself. */
export function plain(value: unknown, depth = 0): Plain {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      return Number.isFinite(value) ? value : String(value);
    case "bigint":
      return value.toString();
    case "object":
      return value === null ? null : plainObject(value, depth);
    case "function":
      return "(function)";
    default:
      return null;
  }
}

function plainObject(value: object, depth: number): Plain {
  if (depth > maxDepth) return "(deeper)";
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (value instanceof Date) return value.toISOString();
  if (ArrayBuffer.isView(value)) return `(${value.byteLength} bytes)`;
  if (value instanceof Map) return plainObject(Object.fromEntries(value), depth);
  if (Array.isArray(value) || value instanceof Set) return plainList([...(value as Iterable<unknown>)], depth);
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  // By definition, not by assignment: a name may be `__proto__`.
  return Object.fromEntries(entries.map(([name, inner]) => [name, plain(inner, depth + 1)]));
}

function plainList(items: readonly unknown[], depth: number): Plain {
  const shown = items.slice(0, maxItems).map((item) => plain(item, depth + 1));
  return items.length > maxItems ? [...shown, `(${items.length - maxItems} more)`] : shown;
}
