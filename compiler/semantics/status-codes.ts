import type { StatusCodeName } from "@rpcgen/runtime/descriptor";

/** Canonical status codes as spelled in a schema, in order of their numbers. */
export const statusCodes: readonly StatusCodeName[] = [
  "cancelled",
  "unknown",
  "invalid_argument",
  "deadline_exceeded",
  "not_found",
  "already_exists",
  "permission_denied",
  "resource_exhausted",
  "failed_precondition",
  "aborted",
  "out_of_range",
  "unimplemented",
  "internal",
  "unavailable",
  "data_loss",
  "unauthenticated",
];

/** True for a canonical status code. */
export function isStatusCode(text: string): text is StatusCodeName {
  return (statusCodes as readonly string[]).includes(text);
}
