import type { CallOptions, MethodType } from "../../../runtime/codegen/index.ts";
import { type Channel, RpcError } from "../../../runtime/index.ts";
import { Lab, type Note, type NoteInit } from "../fixture/lab.ts";

type Echo = MethodType<Note, NoteInit, Note, NoteInit>;

const methods = new Map<string, Echo>();

/** The method `echo` of the lab, with what a schema might say of it besides. Equal words give the same method. */
export function echoMethod(more: Partial<Pick<MethodType, "idempotency" | "policy">> = {}): Echo {
  const key = JSON.stringify(more);
  const found = methods.get(key);
  if (found !== undefined) return found;
  const echo = Lab.methods.find(({ name }) => name === "echo") as unknown as Echo;
  const { request, response, errors } = echo;
  const method: Echo = Object.freeze({ ...echo, request, response, errors, idempotency: "idempotent", ...more });
  methods.set(key, method);
  return method;
}

/** What becomes of a call: the number that the reply holds, or the reason of the error. */
export function outcomeOf(
  channel: Channel,
  method: Echo,
  request: NoteInit = {},
  options?: CallOptions,
): Promise<number | string> {
  const reply: Promise<Note> = channel.invoker().unary(method, request, options);
  return reply.then(
    ({ count }) => count,
    (error: unknown) => (RpcError.is(error) ? error.reason : String(error)),
  );
}

/** An error of a server that is not well, which a handler may have caused. */
export function unwell(retryAfterMs?: number): RpcError {
  return new RpcError({ code: 14, message: "not well", retryAfterMs });
}
