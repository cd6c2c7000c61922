import type { ClientCall } from "../../call/context.ts";
import type { Items, MethodType } from "../../call/method-type.ts";
import { PerMethod } from "../../call/per-method.ts";
import { createSlot } from "../../call/slot.ts";
import type { Environment } from "../../environment/environment.ts";
import { RpcError } from "../../errors/rpc-error.ts";
import type { ClientInterceptor, StreamNext } from "../../interceptor/interceptor.ts";
import type { Plugin } from "../../plugin/plugin.ts";
import { isServerFault } from "../failure.ts";
import { methodMatcher } from "../method-pattern.ts";
import type { DescribedSchema } from "./example-message.ts";
import { createMocks, type Mocks } from "./mock.ts";
import { ReplyCache } from "./reply-cache.ts";
import { quietly } from "../../errors/quietly.ts";

/** What a caller gets in place of a reply. */
export type Substitute =
  /** A value for the reply, as handlers may return it. */
  | { readonly value: unknown }
  /** Made for each call. `error` is undefined when the server is not asked at all. */
  | { readonly reply: (request: never, error: RpcError | undefined, call: ClientCall) => unknown }
  /** The last reply to an equal request, up to `maxAgeMs` old, of up to `maxEntries` that are kept. Only methods that change nothing (`@readonly`). */
  | { readonly cache: { readonly maxAgeMs: number; readonly maxEntries?: number | undefined } }
  /** Made of the examples of the schema (`@example`), for methods of `schemas`. */
  | { readonly mock: "schema" };

/** What becomes of calls to some methods when the server does not answer them well, or when it should not be asked. */
export interface DegradationRule {
  /** `*`, a service or a method, as in `shop.v1.Orders/Get`. */
  readonly method: string;
  /**
   * `on-failure`: when the call fails by a fault of the server. `force`: always, the server is not asked. `mock`: as `force`, with replies made of the examples of
   * the schema whatever `use` says, for streams too. `off`: never. Default: `on-failure`.
   */
  readonly when?: "on-failure" | "force" | "mock" | "off" | undefined;
  /** Tried in this order. Default: the empty reply. */
  readonly use?: readonly Substitute[] | undefined;
  /** Which errors. Default: faults of the server, see `circuitBreaker`; declared errors never. */
  readonly on?: ((error: RpcError) => boolean) | undefined;
}

/** Settings of {@link degradation}. */
export interface DegradationOptions {
  /** The first rule that names the method counts. Methods with `@cache` that none names keep their last replies. Default: none. */
  readonly rules?: readonly DegradationRule[] | undefined;
  /** What generated modules export for it, `[shopSchema]`: where mocks take their examples from. Parsed when the first mock is asked for. Default: none. */
  readonly schemas?: readonly DescribedSchema[] | undefined;
  /** Told of each reply that is a substitute. What it throws is ignored. */
  readonly onSubstitute?: ((call: ClientCall, error: RpcError | undefined) => void) | undefined;
}

/** Degradation of a client; its rules can be changed, and so switched, while calls run. */
export interface Degradation extends Plugin<ClientInterceptor> {
  /** From the next call on. Cached replies of rules that stay at their place stay, and so do `schemas` and `onSubstitute` that are not given again. @throws as {@link degradation}, and the old rules stay */
  configure(options: DegradationOptions): void;
  /** What holds now. */
  readonly current: DegradationOptions;
  /** Replies that were substitutes. */
  readonly substituted: number;
}

const keySlot = createSlot<string>("degradation");

interface Rule extends Omit<DegradationRule, "method"> {
  readonly matches: ReturnType<typeof methodMatcher>;
  readonly use: readonly Substitute[];
  readonly cache: ReplyCache | undefined;
}

/**
 * Gives callers something in place of an error: a value, what a function makes, the last good reply. Put it first in `plugins`, so that it stands around
 * breakers and fault modes. Calls with streams are mocked when the server is not to be asked; their errors reach the caller.
 * @throws TypeError or RangeError for rules that cannot work
 */
export function degradation(options: DegradationOptions = {}): Degradation {
  let settings = options;
  let rules = check(options, []);
  const chosen = new PerMethod((method) => rules.find(({ matches }) => matches(method)) ?? ruleFromSchema(method));
  let mocks = createMocks(options.schemas ?? []);
  let environment: Environment;
  let substituted = 0;

  function admit(call: ClientCall, request: unknown): Promise<unknown> | undefined {
    const rule = chosen.of(call.method);
    if (rule !== undefined && isForced(rule)) return substitute(rule, call, request, undefined);
    const key = rule?.when === "off" ? undefined : rule?.cache?.keyOf(call.method, request);
    // Kept where a request that is changed meanwhile cannot change it.
    if (key !== undefined) call.set(keySlot, key);
    return undefined;
  }

  function settled(call: ClientCall, failure: RpcError | undefined, reply: unknown): void {
    const cache = failure === undefined ? chosen.of(call.method)?.cache : undefined;
    const key = cache === undefined ? undefined : call.get(keySlot);
    if (key !== undefined) cache?.keep(key, call.method, reply, environment.now());
  }

  function recover(call: ClientCall, request: unknown, thrown: unknown): Promise<unknown> | undefined {
    const rule = chosen.of(call.method);
    if (rule === undefined || rule.when === "off") return undefined;
    const error = RpcError.from(thrown);
    if (error.reason === "declared") return undefined;
    const isCaught = rule.on?.(error) ?? (isServerFault(error) || error.reason === "circuit_open");
    return isCaught ? substitute(rule, call, request, error) : undefined;
  }

  function stream(call: ClientCall, requests: Items<unknown>, next: StreamNext): AsyncIterable<unknown> {
    const rule = chosen.of(call.method);
    const isMocked = rule !== undefined && isForced(rule) && rule.use.some((one) => "mock" in one);
    return isMocked ? mockedItems(call) : next(call, requests);
  }

  async function* mockedItems(call: ClientCall): AsyncIterable<unknown> {
    const items = mocks.of(call.method);
    if (items === undefined) throw nothingThere(call.method);
    note(call, undefined);
    yield* items;
  }

  function note(call: ClientCall, error: RpcError | undefined): void {
    substituted++;
    quietly(() => settings.onSubstitute?.(call, error));
  }

  async function substitute(
    rule: Rule,
    call: ClientCall,
    request: unknown,
    error: RpcError | undefined,
  ): Promise<unknown> {
    const { method } = call;
    for (const one of rule.use) {
      const found = await valueOf(one, rule, { call, request, error });
      if (found === undefined) continue;
      note(call, error);
      return found.isWhole ? found.value : method.response.create(found.value);
    }
    throw error ?? nothingThere(method);
  }

  async function valueOf(
    one: Substitute,
    rule: Rule,
    {
      call,
      request,
      error,
    }: { readonly call: ClientCall; readonly request: unknown; readonly error: RpcError | undefined },
  ): Promise<{ readonly value: unknown; readonly isWhole: boolean } | undefined> {
    if ("value" in one) return { value: one.value, isWhole: false };
    if ("mock" in one) return mockedReply(mocks, call.method);
    if ("reply" in one) return { value: await one.reply(request as never, error, call), isWhole: false };
    const key = rule.cache?.keyOf(call.method, request);
    const value =
      key === undefined ? undefined : rule.cache?.find(key, call.method, environment.now(), one.cache.maxAgeMs);
    return value === undefined ? undefined : { value, isWhole: true };
  }

  return {
    name: "degradation",
    setup(kernel) {
      ({ environment } = kernel);
      kernel.addInterceptor({ name: "degradation", admit, settled, recover, stream });
    },
    configure(next) {
      // A live document can hold neither.
      const { schemas = settings.schemas, onSubstitute = settings.onSubstitute } = next;
      const merged = { ...next, schemas, onSubstitute };
      rules = check(merged, rules);
      if (schemas !== settings.schemas) mocks = createMocks(schemas ?? []);
      settings = merged;
      chosen.clear();
    },
    get current() {
      return settings;
    },
    get substituted() {
      return substituted;
    },
  };
}

function isForced({ when }: Rule): boolean {
  return when === "force" || when === "mock";
}

function mockedReply(
  mocks: Mocks,
  method: MethodType,
): { readonly value: unknown; readonly isWhole: true } | undefined {
  const items = mocks.of(method);
  return items && { value: items[0], isWhole: true };
}

const MOCK: Substitute = { mock: "schema" };
const moments: readonly unknown[] = ["on-failure", "force", "mock", "off"];

function check({ rules = [], schemas = [] }: DegradationOptions, previous: readonly Rule[]): readonly Rule[] {
  return rules.map((rule, index) => {
    const place = `rules[${index}]`;
    const { method, when = "on-failure" } = rule;
    if (!moments.includes(when)) {
      const expected = 'expected "on-failure", "force", "mock" or "off"';
      throw new TypeError(`${place}.when is ${JSON.stringify(when)}; ${expected}.`);
    }
    const use = when === "mock" ? [MOCK] : (rule.use ?? [{ value: undefined }]);
    checkSubstitutes(use, schemas, place);
    const cached = (rule.use ?? []).find((one) => "cache" in one);
    const cache =
      cached === undefined ? undefined : (previous[index]?.cache ?? new ReplyCache(cached.cache.maxEntries ?? 1_000));
    return { ...rule, when, use, cache, matches: methodMatcher(method, `${place}.method`) };
  });
}

/** Rules come from live documents too, so what they hold may be anything. */
function checkSubstitutes(use: readonly Substitute[], schemas: readonly DescribedSchema[], place: string): void {
  const wrong = use.find((one) => !isSubstitute(one));
  if (wrong !== undefined) {
    const forms = '{ "value": … }, { "reply": function }, { "cache": { "maxAgeMs": … } } or { "mock": "schema" }';
    throw new TypeError(`${place}.use holds ${JSON.stringify(wrong)}; expected ${forms}.`);
  }
  if (schemas.length > 0 || !use.some((one) => "mock" in one)) return;
  throw new TypeError(
    `${place} answers with examples of the schema, and there is no schema; pass what the generated module exports: degradation({ schemas: [shopSchema] }).`,
  );
}

function isSubstitute(one: unknown): boolean {
  if (typeof one !== "object" || one === null) return false;
  if ("value" in one) return true;
  if ("reply" in one) return typeof one.reply === "function";
  if ("mock" in one) return one.mock === "schema";
  return "cache" in one && typeof one.cache === "object" && one.cache !== null && "maxAgeMs" in one.cache;
}

/** `@cache(ttl)`: when the server fails, its last reply to the same request is good for so long. */
function ruleFromSchema({ policy, path }: MethodType): Rule | undefined {
  if (policy.cache === undefined) return undefined;
  return check({ rules: [{ method: path, use: [{ cache: { maxAgeMs: policy.cache.ttlMs } }] }] }, [])[0];
}

function nothingThere(method: MethodType): RpcError {
  return new RpcError({
    code: 14,
    reason: "application",
    message: `${method.path} is switched off, and there is no substitute for its reply.`,
  });
}
