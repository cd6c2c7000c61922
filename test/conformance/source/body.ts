import type { Vector } from "./vector.ts";

/** A body that is read and written so. `value` leaves out fields that have the value of an absent one. */
export function both(id: string, reqs: string, schema: string, hex: string, value: unknown): Vector {
  return { ...start(id, reqs, schema, hex), value, encoded: hex, expect: { ok: true } };
}

/** A body that is read so, and that a writer writes in another way. */
export function reads(id: string, reqs: string, schema: string, hex: string, value: unknown): Vector {
  return { ...start(id, reqs, schema, hex), value, expect: { ok: true } };
}

/** A body that is refused with `invalid_argument`. */
export function refuses(id: string, reqs: string, schema: string, hex: string): Vector {
  return { ...start(id, reqs, schema, hex), expect: { error: true, code: 3 } };
}

function start(id: string, reqs: string, schema: string, hex: string): Omit<Vector, "expect"> {
  return {
    id: `body-${id}`,
    reqs: reqs.split(" "),
    level: "required",
    kind: "body",
    schema: `conformance.v1.${schema}`,
    serialization: "binary",
    hex,
  };
}
