import type { ClientCall } from "../call/context.ts";

/** A call, as routers and balancers see it. */
export interface RoutedCall extends ClientCall {
  /** The request of a unary call or a server stream; undefined for calls that send items. */
  readonly message: unknown;
}
