import { ConfigurationError } from "./configuration-error.ts";

/** Checks a value of a document and gives it back. @throws ConfigurationError that names the place */
export type Field = (value: unknown, place: string) => unknown;

/** A number within bounds. */
export function number({ above = -Infinity }: { readonly above?: number }): Field {
  return (value, place) => {
    if (typeof value === "number" && Number.isFinite(value) && value > above) return value;
    throw found(value, place, `a number above ${above}`);
  };
}

/** A whole number, both bounds included. */
export function whole({ from, to }: { readonly from: number; readonly to: number }): Field {
  return (value, place) => {
    if (typeof value === "number" && Number.isInteger(value) && value >= from && value <= to) return value;
    throw found(value, place, `a whole number from ${from} to ${to}`);
  };
}

export const flag: Field = (value, place) => {
  if (typeof value === "boolean") return value;
  throw found(value, place, "true or false");
};

const maxTextLength = 1_024;

export const text: Field = (value, place) => {
  if (typeof value === "string" && value.length <= maxTextLength) return value;
  throw found(value, place, `a text of up to ${maxTextLength} characters`);
};

export function oneOf(values: readonly string[]): Field {
  return (value, place) => {
    if (typeof value === "string" && values.includes(value)) return value;
    throw found(value, place, `one of ${values.join(", ")}`);
  };
}

const maxItems = 1_000;

export function list(item: Field): Field {
  return (value, place) => {
    if (!Array.isArray(value) || value.length > maxItems)
      throw found(value, place, `a list of up to ${maxItems} items`);
    return value.map((one: unknown, index) => item(one, `${place}[${index}]`));
  };
}

/** An object with these members and no others. */
export function record(fields: Readonly<Record<string, Field>>, required: readonly string[] = []): Field {
  return (value, place) => {
    const given = objectOf(value, place);
    const missing = required.find((name) => given[name] === undefined);
    if (missing !== undefined) throw new ConfigurationError(`${place}.${missing}`, "is missing");
    const entries = Object.entries(given).map(([name, one]) => {
      const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
      if (field === undefined) {
        throw new ConfigurationError(`${place}.${name}`, `is not known; expected ${Object.keys(fields).join(", ")}`);
      }
      return [name, field(one, `${place}.${name}`)] as const;
    });
    return Object.freeze(Object.fromEntries(entries));
  };
}

/** An object with any members, all of one kind. */
export function checkObject(field: Field): Field {
  return (value, place) =>
    Object.freeze(
      Object.fromEntries(
        Object.entries(objectOf(value, place)).map(([name, one]) => [name, field(one, `${place}.${name}`)]),
      ),
    );
}

function objectOf(value: unknown, place: string): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw found(value, place, "an object");
}

function found(value: unknown, place: string, expected: string): ConfigurationError {
  return new ConfigurationError(place, `is ${JSON.stringify(value)?.slice(0, 80)}; expected ${expected}`);
}
