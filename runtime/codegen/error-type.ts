import type { DeclaredError, ErrorType } from "../call/declared-error.ts";
import type { MessageType } from "../codec/message-type.ts";
import type { StatusCodeName } from "../descriptor/descriptor.ts";
import { Code, codeName } from "../errors/code.ts";

/** What generated code knows of a declared error. */
export interface ErrorParts<D, DI> {
  readonly typeName: string;
  /** As the schema spells it: `not_found`. */
  readonly code: StatusCodeName;
  readonly data: MessageType<D, DI>;
  create(data: D, message: string): DeclaredError<D>;
}

/** Makes the `type` of a generated error class. */
export function errorType<D, DI>(parts: ErrorParts<D, DI>): ErrorType<D, DI> {
  const code = Object.values(Code).find((candidate) => codeName(candidate) === parts.code) ?? Code.unknown;
  return Object.freeze({ ...parts, code });
}
