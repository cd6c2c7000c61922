/** Canonical status codes with the numbers that gRPC gives them. */
export const Code = {
  cancelled: 1,
  unknown: 2,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  alreadyExists: 6,
  permissionDenied: 7,
  resourceExhausted: 8,
  failedPrecondition: 9,
  aborted: 10,
  outOfRange: 11,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  dataLoss: 15,
  unauthenticated: 16,
} as const;

/** One of the canonical status codes. */
export type Code = (typeof Code)[keyof typeof Code];

const names: readonly string[] = /* @__PURE__ */ spelled();

/** `not_found` for `notFound`; a function, so that bundlers see what it is for. */
function spelled(): readonly string[] {
  const spell = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return ["ok", ...Object.keys(Code).map(spell)];
}

/** The name of a code as schemas and logs spell it: `not_found`. Numbers outside the table read `unknown`. */
export function codeName(code: number): string {
  return names[code] ?? "unknown";
}

/** The code for a number from the wire; numbers outside the table are `unknown`. */
export function codeFromNumber(value: number): Code {
  return Number.isInteger(value) && value >= 1 && value <= 16 ? (value as Code) : Code.unknown;
}
