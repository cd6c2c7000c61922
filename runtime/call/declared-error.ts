import type { MessageType } from "../codec/message-type.ts";
import type { Code } from "../errors/code.ts";
import { RpcError } from "../errors/rpc-error.ts";

/** What the runtime needs to send and revive a declared error. */
export interface ErrorType<D = unknown, DI = D> {
  /** Full name of the error in its schema. */
  readonly typeName: string;
  readonly code: Code;
  /** Codec of its members. */
  readonly data: MessageType<D, DI>;
  /** Revives the error from what came over the wire. */
  create(data: D, message: string): DeclaredError<D>;
}

/** Base of generated error classes: an {@link RpcError} with typed data. */
export class DeclaredError<D = unknown> extends RpcError {
  /** Full name of the error in its schema; identity across copies of a package. */
  readonly typeName: string;
  /** The members declared in the schema. */
  readonly data: D;

  constructor(type: ErrorType<D, never>, data: D, message: string) {
    super({ code: type.code, reason: "declared", message });
    this.name = type.typeName;
    this.typeName = type.typeName;
    this.data = data;
  }
}

/** Tells a declared error by its name, also when it was made by another copy of the generated code. */
export function isDeclaredError(error: unknown, typeName: string): boolean {
  return RpcError.is(error) && (error as { typeName?: unknown }).typeName === typeName;
}
