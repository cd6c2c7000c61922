import { freezePrincipal, type Principal } from "../call/principal.ts";
import type { Environment } from "../environment/environment.ts";
import { RpcError } from "../errors/rpc-error.ts";
import type { PeerIdentity } from "../transport/transport.ts";

/** What `authenticate` may look at. */
export interface AuthenticationRequest {
  /** Names in the certificate that the client showed, verified; undefined without one. */
  readonly tlsPeer: PeerIdentity | undefined;
  /** What the client option `token` gave. A secret: neither log it nor put it into an error. */
  readonly token: string | undefined;
  /** `127.0.0.1:51234` */
  readonly address: string;
}

/**
 * Says who a connection belongs to; asked once, when the connection has been opened. `undefined`: somebody unknown, who may call public
 * methods only. Throw an RpcError to say why not; any other error is reported and not shown.
 */
export type Authenticate = (request: AuthenticationRequest) => Principal | undefined | Promise<Principal | undefined>;

/** Who is at the other end of a connection. Changes once, from pending to known or failed. */
export interface Caller {
  readonly principal: Principal | undefined;
  /** Why the caller is not known; undefined when nothing went wrong. */
  readonly failure: RpcError | undefined;
  /** Resolves when the above are final; undefined when they are. Never rejects. */
  readonly pending: Promise<void> | undefined;
}

/** What {@link identify} needs. */
export interface AuthenticationScope {
  readonly environment: Environment;
  /** Milliseconds that `authenticate` may take. */
  readonly timeoutMs: number;
  /** Takes an error that the caller may not see. @returns its id */
  report(error: unknown): string;
}

/** The caller of every connection of a server that asks for no proof. */
export const anonymous: Caller = Object.freeze({ principal: undefined, failure: undefined, pending: undefined });

/** Asks `authenticate`. Never throws. */
export function identify(
  authenticate: Authenticate,
  request: AuthenticationRequest,
  scope: AuthenticationScope,
): Caller {
  const caller: { -readonly [Name in keyof Caller]: Caller[Name] } = { ...anonymous };
  try {
    const answer = authenticate(request);
    if (answer instanceof Promise) caller.pending = settle(answer);
    else admit(answer);
  } catch (error) {
    caller.failure = refusal(error, scope);
  }
  return caller;

  function admit(answer: Principal | undefined): void {
    caller.principal = answer === undefined ? undefined : freezePrincipal(answer);
  }

  async function settle(answer: Promise<Principal | undefined>): Promise<void> {
    try {
      admit(await withinTime(answer, scope));
    } catch (error) {
      caller.failure = refusal(error, scope);
    }
    caller.pending = undefined;
  }
}

function withinTime<T>(answer: Promise<T>, { environment, timeoutMs }: AuthenticationScope): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = environment.setTimer(timeoutMs, () => reject(unauthenticated("Authentication took too long.")));
    answer.then(resolve, reject).finally(() => timer.cancel());
  });
}

/** What travels: an RpcError that was made for the caller. Another side's error, or any other, stays here. */
function refusal(error: unknown, scope: AuthenticationScope): RpcError {
  if (RpcError.is(error) && error.origin === "local") return error;
  return new RpcError({
    reason: "unauthenticated",
    message: "The caller could not be authenticated.",
    errorId: scope.report(error),
  });
}

/** The error for who did not say who it is, the same for every method. */
export function stranger(): RpcError {
  return unauthenticated("The call needs a caller that is known; this one is not.");
}

/** The error for who is not known. */
export function unauthenticated(message: string): RpcError {
  return new RpcError({ reason: "unauthenticated", message });
}
