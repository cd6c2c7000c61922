import type { CallInfo, ClientCall } from "../call/context.ts";
import type { CallContext, Items, MethodType } from "../call/method-type.ts";
import type { RpcError } from "../errors/rpc-error.ts";

/** The rest of the way of a unary call: later interceptors, then the wire or the handler. Takes the call that the hook was given. */
export type UnaryNext = (call: CallInfo, request: unknown) => Promise<unknown>;

/** The rest of the way of a streaming call. */
export type StreamNext = (call: CallInfo, requests: Items<unknown>) => AsyncIterable<unknown>;

/**
 * Code around calls. Each hook is called once per call, outermost interceptor first, and gives the result of `next` back, changed or
 * not. Write hooks as plain functions that pass the promise of `next` on: an `async` one costs about 15 % of the throughput.
 * A hook may answer without calling `next`, or call it again (the client then makes a new attempt). What a hook throws
 * or rejects with is the outcome of this call, and of nothing else.
 */
export interface Interceptor<C extends CallInfo = CallInfo> {
  /** For errors and logs. */
  readonly name: string;
  /** Around unary and one-way calls. `request` and the reply are messages of the method's types. */
  unary?(call: C, request: unknown, next: UnaryNext): Promise<unknown>;
  /**
   * Around streaming calls of all three kinds. `requests` holds one request for a server stream; the result has one reply for
   * a client stream.
   */
  stream?(call: C, requests: Items<unknown>, next: StreamNext): AsyncIterable<unknown>;
}

/** An interceptor for the client side: outside the encoding, inside the deadline. */
export interface ClientInterceptor extends Interceptor<ClientCall> {
  /**
   * `call`: once around each call, whatever becomes of its attempts. `attempt`: around each attempt, inside the fault mode; `call.attempt` counts them,
   * and {@link ClientCall.endpoint} says where it went. An attempt that its server refused before a handler saw it moves on to another
   * endpoint without the interceptors being called again. Default: `call`.
   */
  readonly at?: "call" | "attempt" | undefined;
  /**
   * Called before a unary call goes on, to note that it began or to refuse it: throw an `RpcError`. This hook and the two below are the cheap way to stand around unary
   * calls, for no promise is made for them; an interceptor has these or `unary`.
   * @returns undefined to let it go on; a promise to answer it here, without `settled` and `recover` of this interceptor
   */
  admit?(call: ClientCall, request: unknown): Promise<unknown> | undefined;
  /**
   * Called once when a unary call that was let in is over, innermost interceptor first. What is thrown here is ignored.
   * @param failure undefined when there was a reply
   */
  settled?(call: ClientCall, failure: RpcError | undefined, reply: unknown): void;
  /** Called after `settled` when a call failed. @returns what stands in for the reply; undefined when the error stands */
  recover?(call: ClientCall, request: unknown, error: unknown): Promise<unknown> | undefined;
}

/** An interceptor for the server side: the request is decoded and valid, the handler comes last. */
export interface ServerInterceptor extends Interceptor<CallContext> {
  /**
   * Called before the body is decoded, to refuse early: throw an `RpcError`. Metadata is there. May be asynchronous, which costs a copy of the body.
   */
  admit?(call: CallContext): void | Promise<void>;
  /**
   * Called once when a call is over for this server: its handler has come to its end, or it was not let in. What is thrown here is ignored.
   * @param failure why there was no reply; undefined when there was one
   */
  settled?(call: CallContext, failure: RpcError | undefined): void;
  /**
   * Called for each one-way call that was turned away before it came to `admit`, because of a limit of the connection or the server, its deadline or its form: its caller
   * is not told. What is thrown here is ignored.
   */
  dropped?(method: MethodType, error: RpcError): void;
}
