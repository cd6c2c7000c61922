import type { ClientCall } from "../call/context.ts";
import { RpcError } from "../errors/rpc-error.ts";
import type { ClientInterceptor, UnaryNext } from "./interceptor.ts";

/** True for an interceptor that minds unary calls by hooks. @throws TypeError for one that has both hooks and `unary` */
export function hasHooks({ name, unary, admit, settled, recover }: ClientInterceptor): boolean {
  const found = admit !== undefined || settled !== undefined || recover !== undefined;
  if (found && unary !== undefined) {
    throw new TypeError(`The interceptor "${name}" has hooks as well as "unary"; leave one of them out.`);
  }
  return found;
}

/** A hook and how many stand around it, in a chain: V8 makes of a loop over an array several times the code, and so puts less of the rest into one piece. */
interface Placed {
  readonly hook: ClientInterceptor;
  readonly place: number;
  readonly next: Placed | undefined;
}

/**
 * Interceptors with hooks, outermost first. Nothing is made per call unless one of them stands in for a reply: a promise for each of them was
 * most of what policies cost (bench `governance`).
 */
export class HookChain {
  private readonly hooks: readonly ClientInterceptor[];
  /** Those who mind the beginning, outermost first. */
  private readonly admitting: Placed | undefined;
  /** Those who mind the end, innermost first. */
  private readonly settling: Placed | undefined;

  constructor(hooks: readonly ClientInterceptor[]) {
    const placed = hooks.map((hook, place) => ({ hook, place }));
    this.hooks = hooks;
    this.admitting = chained(placed.filter(({ hook }) => hook.admit !== undefined));
    this.settling = chained(placed.filter(({ hook }) => hook.settled !== undefined).toReversed());
  }

  /** Undefined: all of them let the call in. Otherwise what becomes of it. */
  enter(call: ClientCall, request: unknown): Promise<unknown> | undefined {
    let at = this.admitting;
    try {
      for (; at !== undefined; at = at.next) {
        const reply = at.hook.admit?.(call, request);
        if (reply !== undefined) return this.after(call, request, { reply, inside: at.place });
      }
      return undefined;
    } catch (error) {
      return this.failed(call, request, { error, inside: at?.place ?? 0 }) ?? Promise.reject(error);
    }
  }

  /** @param inside how many of them the reply has still to pass; default: all */
  succeeded(call: ClientCall, reply: unknown, inside: number = this.hooks.length): void {
    for (let at = this.settling; at !== undefined; at = at.next) {
      if (at.place < inside) tell(at.hook, call, undefined, reply);
    }
  }

  /** @returns what stands in for the reply; undefined: the error is the outcome */
  failed(
    call: ClientCall,
    request: unknown,
    { error, inside = this.hooks.length }: { readonly error: unknown; readonly inside?: number },
  ): Promise<unknown> | undefined {
    for (let index = inside - 1; index >= 0; index--) {
      const hook = this.hooks[index] as ClientInterceptor;
      tell(hook, call, RpcError.from(error), undefined);
      const reply = hook.recover?.(call, request, error);
      if (reply !== undefined) return this.after(call, request, { reply, inside: index });
    }
    return undefined;
  }

  /** The same for an outcome that comes in a promise. */
  after(
    call: ClientCall,
    request: unknown,
    { reply, inside = this.hooks.length }: { readonly reply: Promise<unknown>; readonly inside?: number },
  ): Promise<unknown> {
    if (inside === 0) return reply;
    return reply.then(
      (value) => {
        this.succeeded(call, value, inside);
        return value;
      },
      (error: unknown) => this.failed(call, request, { error, inside }) ?? Promise.reject(error),
    );
  }
}

function chained(placed: readonly Omit<Placed, "next">[]): Placed | undefined {
  return placed.reduceRight<Placed | undefined>((next, { hook, place }) => ({ hook, place, next }), undefined);
}

function tell(hook: ClientInterceptor, call: ClientCall, failure: RpcError | undefined, reply: unknown): void {
  try {
    hook.settled?.(call, failure, reply);
  } catch {
    // A fault of the hook must not become the outcome of a call.
  }
}

/** For chains in which functions stand inside of hooks, and for single attempts. */
export function unaryFromHooks(interceptor: ClientInterceptor): ClientInterceptor {
  if (!hasHooks(interceptor)) return interceptor;
  const chain = new HookChain([interceptor]);
  const unary = (call: ClientCall, request: unknown, next: UnaryNext): Promise<unknown> =>
    chain.enter(call, request) ?? chain.after(call, request, { reply: next(call, request) });
  const { name, at, stream } = interceptor;
  return { name, at, unary, ...(stream === undefined ? {} : { stream }) };
}
