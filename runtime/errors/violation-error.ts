import { RpcError } from "./rpc-error.ts";
import type { Violation } from "./violation.ts";

/** Violations beyond this many are counted in the message but do not travel: details are bounded. */
const maxViolations = 16;

/** `invalid_argument` with the violations as typed details. @param subject what is broken: `The request of /a.B/Get` */
export function violationError(subject: string, violations: readonly Violation[]): RpcError {
  const [first] = violations;
  const more = violations.length > 1 ? ` (and ${violations.length - 1} more)` : "";
  const place = first === undefined || first.path === "" ? "" : `${first.path}: `;
  return new RpcError({
    reason: "constraint_violated",
    message: `${subject} breaks a constraint: ${place}${first?.message ?? "unknown"}${more}`,
    details: violations
      .slice(0, maxViolations)
      .map(({ path, rule, message }) => ({ kind: "violation", path, rule, message })),
  });
}
