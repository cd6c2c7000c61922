import type {
  ConstantValue,
  MethodDescriptor,
  MethodPolicy,
  RetryPolicy,
  StatusCodeName,
} from "@rpcgen/runtime/descriptor";
import type { Annotations, CheckedAnnotation } from "../semantics/annotations/check-annotations.ts";
import type { ResolvedMethod } from "../semantics/program.ts";

/** Codes on which a call is repeated when `@retry` does not say. */
const DEFAULT_RETRY_CODES: readonly StatusCodeName[] = ["unavailable"];

type Arguments = CheckedAnnotation["arguments"];

/** What a method promises about being repeated; its own word goes before that of its service. */
export function idempotencyOf(method: ResolvedMethod, annotations: Annotations): MethodDescriptor["idempotency"] {
  for (const node of [method.node, method.service.node]) {
    if (annotations.find(node, "readonly") !== undefined) return "readonly";
    if (annotations.find(node, "idempotent") !== undefined) return "idempotent";
  }
  return "unknown";
}

/** The policies of a method: its own annotations, and those of its service where it has none. */
export function policyOf(method: ResolvedMethod, annotations: Annotations): MethodPolicy {
  const find = (name: string): Arguments | undefined =>
    (annotations.find(method.node, name) ?? annotations.find(method.service.node, name))?.arguments;
  const canRepeat = idempotencyOf(method, annotations) !== "unknown" && isSingleRequest(method);
  return withoutAbsent({
    timeoutMs: duration(find("timeout")?.get("duration")),
    retry: canRepeat ? retry(find("retry")) : undefined,
    hedge: canRepeat ? hedge(find("hedge")) : undefined,
    hashKey: text(find("hashKey")?.get("field")),
    priority: number(find("priority")?.get("level")),
    rateLimit: rateLimit(find("rateLimit")),
    cache: cache(find("cache"), method, annotations),
    auth: auth(find("auth")),
    compress: flag(find("compress"), "enabled"),
    maxMessageBytes: size(find("maxMessage")?.get("size") ?? find("maxSize")?.get("size")),
    http: http(find("http")),
    group: text(find("group")?.get("name")),
    alias: text(find("alias")?.get("name")),
    route: route(find("route")),
  });
}

/** True when the request is one message, which can be sent again. */
export function isSingleRequest(method: ResolvedMethod): boolean {
  return method.kind === "unary" || method.kind === "server_stream";
}

type Loose<T> = { readonly [K in keyof T]: T[K] | undefined };

function withoutAbsent(policy: Loose<MethodPolicy>): MethodPolicy {
  return Object.fromEntries(Object.entries(policy).filter(([, value]) => value !== undefined));
}

function duration(value: ConstantValue | undefined): number | undefined {
  return value?.kind === "duration" ? value.ms : undefined;
}

function number(value: ConstantValue | undefined): number | undefined {
  return value?.kind === "int" ? Number(value.value) : undefined;
}

function size(value: ConstantValue | undefined): number | undefined {
  return value?.kind === "size" ? value.bytes : undefined;
}

function text(value: ConstantValue | undefined): string | undefined {
  return value?.kind === "string" || value?.kind === "word" ? value.value : undefined;
}

function flag(values: Arguments | undefined, name: string): boolean | undefined {
  const value = values?.get(name);
  return values === undefined ? undefined : value?.kind === "bool" ? value.value : true;
}

function retry(values: Arguments | undefined): RetryPolicy | undefined {
  const max = number(values?.get("max"));
  if (values === undefined || max === undefined) return undefined;
  const codes = values.get("on");
  const on =
    codes?.kind === "list"
      ? codes.values.flatMap((code) => (code.kind === "word" ? [code.value as StatusCodeName] : []))
      : [];
  const backoff = values.get("backoff");
  const entry = (name: string): number =>
    (backoff?.kind === "record" && duration(backoff.entries.find((each) => each.name === name)?.value)) || 0;
  return {
    max,
    on: on.length === 0 ? DEFAULT_RETRY_CODES : on,
    ...(backoff === undefined ? {} : { backoff: { baseMs: entry("base"), maxMs: entry("max") } }),
  };
}

function hedge(values: Arguments | undefined): MethodPolicy["hedge"] {
  const max = number(values?.get("max"));
  const delayMs = duration(values?.get("delay"));
  return max === undefined || delayMs === undefined ? undefined : { max, delayMs };
}

function rateLimit(values: Arguments | undefined): MethodPolicy["rateLimit"] {
  const calls = number(values?.get("calls"));
  const perMs = duration(values?.get("per"));
  return calls === undefined || perMs === undefined ? undefined : { calls, perMs };
}

/** A cache of the service is for the methods that can be cached. */
function cache(values: Arguments | undefined, method: ResolvedMethod, annotations: Annotations): MethodPolicy["cache"] {
  const ttlMs = duration(values?.get("ttl"));
  const cacheable = method.kind === "unary" && idempotencyOf(method, annotations) === "readonly";
  return ttlMs === undefined || !cacheable ? undefined : { ttlMs };
}

function auth(values: Arguments | undefined): MethodPolicy["auth"] {
  if (values === undefined) return undefined;
  const scopes = values.get("scopes");
  return {
    scopes:
      scopes?.kind === "list" ? scopes.values.flatMap((scope) => (scope.kind === "string" ? [scope.value] : [])) : [],
  };
}

const VERBS = ["get", "post", "put", "patch", "delete"] as const;

function http(values: Arguments | undefined): MethodPolicy["http"] {
  const verb = VERBS.find((each) => values?.has(each));
  const path = verb && text(values?.get(verb));
  if (verb === undefined || path === undefined) return undefined;
  const body = text(values?.get("body"));
  const method = verb.toUpperCase() as Uppercase<typeof verb>;
  return { method, path, ...(body === undefined ? {} : { body }) };
}

function route(values: Arguments | undefined): MethodPolicy["route"] {
  const tags = values?.get("tags");
  if (tags?.kind !== "record") return undefined;
  return Object.fromEntries(
    tags.entries.flatMap(({ name, value }) => (value.kind === "string" ? [[name, value.value]] : [])),
  );
}
