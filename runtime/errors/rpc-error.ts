import { Code, codeName } from "./code.ts";
import { type Reason, reasons } from "./reason.ts";
import { isViolation, type Violation } from "./violation.ts";

const brand = Symbol.for("@rpcgen/runtime.RpcError");

/** What an {@link RpcError} is made of. */
export interface RpcErrorInit {
  /** Default: the code of the reason. */
  readonly code?: Code | undefined;
  /** Default: `application`. */
  readonly reason?: Reason | undefined;
  readonly message: string;
  /** Id under which the server logged an error whose text it keeps to itself. */
  readonly errorId?: string | undefined;
  /** Further facts, such as the violations of a request. */
  readonly details?: readonly unknown[] | undefined;
  readonly metadata?: Iterable<readonly [string, string]> | undefined;
  /** See {@link RpcError.retryAfterMs}. */
  readonly retryAfterMs?: number | undefined;
  /** Stays in this process. */
  readonly cause?: unknown;
  /** Which side made it. */
  readonly origin?: "local" | "remote" | undefined;
}

/** The one error class of the runtime. Told by {@link RpcError.is}, not by `instanceof`, so that copies of the package agree. */
export class RpcError extends Error {
  readonly code: Code;
  readonly reason: Reason;
  readonly errorId: string | undefined;
  readonly details: readonly unknown[];
  readonly metadata: Iterable<readonly [string, string]> | undefined;
  readonly origin: "local" | "remote";
  /** How long the server wants the caller to wait before it tries again, in milliseconds; `Infinity`: it must not. Undefined: not said. */
  readonly retryAfterMs: number | undefined;

  constructor(init: RpcErrorInit) {
    super(init.message, init.cause === undefined ? undefined : { cause: init.cause });
    this.name = "RpcError";
    this.reason = init.reason ?? "application";
    this.code = init.code ?? reasons[this.reason].code;
    this.errorId = init.errorId;
    this.details = init.details ?? [];
    this.metadata = init.metadata;
    this.origin = init.origin ?? "local";
    this.retryAfterMs = init.retryAfterMs;
  }

  /** Name of the code: `not_found`. */
  get codeName(): string {
    return codeName(this.code);
  }

  /** Broken constraints of the schema among the details: of a request that the server refused, or this side when it validates. */
  get violations(): readonly Violation[] {
    return this.details.filter(isViolation);
  }

  /** True for an RpcError of any copy of this package. */
  static is(value: unknown): value is RpcError {
    return typeof value === "object" && value !== null && brand in value;
  }

  /** The only converter: an RpcError stays itself, anything else becomes `internal` with the original as its cause. */
  static from(value: unknown): RpcError {
    if (RpcError.is(value)) return value;
    return new RpcError({ reason: "handler_threw", message: "internal error", cause: value });
  }
}

Object.defineProperty(RpcError.prototype, brand, { value: true });
