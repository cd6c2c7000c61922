import type { CallContext, Metadata, MethodType } from "../call/method-type.ts";
import type { Principal } from "../call/principal.ts";
import { RpcError } from "../errors/rpc-error.ts";
import type { PeerIdentity } from "../transport/transport.ts";
import { type Caller, stranger } from "./authentication.ts";

/** What `authorize` may look at. The body is not there: it has not been decoded. */
export interface AuthorizationRequest {
  readonly principal: Principal | undefined;
  readonly method: MethodType;
  readonly metadata: Metadata;
  readonly tlsPeer: PeerIdentity | undefined;
  readonly address: string;
}

/** Lets a call in by `true`, and by nothing else. May throw an RpcError to say why not; any other error is reported and not shown. */
export type Authorize = (request: AuthorizationRequest) => boolean | Promise<boolean>;

/** What guards the methods of a server. */
export interface Gate {
  /** @throws RpcError `unauthenticated` or `permission_denied` (or rejects with it) when the call may not go on */
  admit(call: CallContext, caller: Caller): void | Promise<void>;
}

/** How a gate decides. */
export interface GateOptions {
  readonly authorize: Authorize | undefined;
  /** `/package.Service/Method` or `package.Service`: open to everybody. */
  readonly publicMethods: readonly string[];
}

/**
 * The rules, in order: a public method is open to everybody; a caller that failed to authenticate gets nowhere else; the schema's `@auth` asks
 * for a principal with its scopes; `authorize` has to agree. A method that neither of the last two speaks about is closed.
 */
export function createGate({ authorize, publicMethods }: GateOptions): Gate {
  const open = new Set(publicMethods);

  function decide(call: CallContext, caller: Caller): void | Promise<void> {
    const { method } = call;
    if (open.has(method.path) || open.has(method.service)) return;
    if (caller.failure !== undefined) throw caller.failure;
    checkScopes(method, caller.principal);
    if (authorize !== undefined) return ask(authorize, call, caller.principal);
    if (method.policy.auth === undefined)
      throw denied(caller.principal, `${method.path} has no rule that lets callers in.`);
  }

  return {
    admit: (call, caller) =>
      caller.pending === undefined ? decide(call, caller) : caller.pending.then(() => decide(call, caller)),
  };
}

function ask(authorize: Authorize, call: CallContext, principal: Principal | undefined): void | Promise<void> {
  const { method, metadata, peerIdentity: tlsPeer, peer: address } = call;
  const check = (answer: unknown): void => {
    if (answer !== true) throw denied(principal, `${method.path} is not open to this caller.`);
  };
  const answer: unknown = authorize({ principal, method, metadata, tlsPeer, address });
  return answer instanceof Promise ? answer.then(check) : check(answer);
}

/** `@auth("a", "b")` asks for all of its scopes, `@auth()` for anybody who is known. */
function checkScopes({ path, policy }: MethodType, principal: Principal | undefined): void {
  if (policy.auth === undefined) return;
  const missing = policy.auth.scopes.filter((scope) => principal?.scopes?.includes(scope) !== true);
  if (principal !== undefined && missing.length === 0) return;
  throw denied(principal, `${path} needs the scope ${missing.map((scope) => `"${scope}"`).join(", ")}.`);
}

function denied(principal: Principal | undefined, message: string): RpcError {
  if (principal === undefined) return stranger();
  return new RpcError({ reason: "permission_denied", message });
}
