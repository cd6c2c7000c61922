/** A broken constraint of a schema, as it travels in the details of an error. */
export interface Violation {
  /** Where: `lines[2].quantity`; empty for the message itself. */
  readonly path: string;
  /** Which constraint: `len`, `min`, `pattern`, ... */
  readonly rule: string;
  /** What was expected and found, one sentence. */
  readonly message: string;
}

/** True for the detail of an error that is a violation. */
export function isViolation(detail: unknown): detail is Violation {
  if (typeof detail !== "object" || detail === null) return false;
  const { kind, path, rule, message } = detail as Record<string, unknown>;
  return kind === "violation" && typeof path === "string" && typeof rule === "string" && typeof message === "string";
}
