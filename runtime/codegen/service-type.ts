import type { ErrorType } from "../call/declared-error.ts";
import type { MethodType, ServiceType } from "../call/method-type.ts";
import type { MessageType } from "../codec/message-type.ts";
import { streamCode } from "../lean/streams.ts";

/** A generated error class, as far as a method needs it. */
interface ErrorClass {
  readonly type: ErrorType<unknown, never>;
}

/**
 * What generated code knows of a method. `request`, `response` and `errors` may be getters: schema files that import each
 * other are not complete when the first of them is evaluated.
 */
export interface MethodParts<I, II, O, OI> extends Omit<MethodType<I, II, O, OI>, "errors"> {
  readonly errors: readonly ErrorClass[];
}

/** Makes the value of a generated method. Its message and error types are looked up when first asked for. */
export function methodType<I, II, O, OI>(parts: MethodParts<I, II, O, OI>): MethodType<I, II, O, OI> {
  return Object.freeze(new GeneratedMethod(parts));
}

/** As {@link methodType}, for a method with streams: it brings along what pages need for them. */
export function streamMethodType<I, II, O, OI>(parts: MethodParts<I, II, O, OI>): MethodType<I, II, O, OI> {
  return methodType(Object.assign(parts, { streams: streamCode }));
}

/** One class for all methods, so that the runtime's property reads stay monomorphic. */
class GeneratedMethod<I, II, O, OI> implements MethodType<I, II, O, OI> {
  readonly kind: MethodType["kind"];
  readonly name: string;
  readonly member: string;
  readonly service: string;
  readonly path: string;
  readonly id: number;
  readonly oneway: boolean;
  readonly idempotency: MethodType["idempotency"];
  readonly policy: MethodType["policy"];
  readonly streams: MethodType["streams"];
  private readonly parts: MethodParts<I, II, O, OI>;
  /** Found when first asked for, and the object is frozen: only a field of this kind can still be set. */
  #errors: readonly ErrorType[] | undefined;

  constructor(parts: MethodParts<I, II, O, OI>) {
    this.kind = parts.kind;
    this.name = parts.name;
    this.member = parts.member;
    this.service = parts.service;
    this.path = parts.path;
    this.id = parts.id;
    this.oneway = parts.oneway;
    this.idempotency = parts.idempotency;
    this.policy = parts.policy;
    this.streams = parts.streams;
    this.parts = parts;
  }

  get request(): MessageType<I, II> {
    return this.parts.request;
  }

  get response(): MessageType<O, OI> {
    return this.parts.response;
  }

  get errors(): readonly ErrorType[] {
    return (this.#errors ??= Object.freeze(this.parts.errors.map((error) => error.type)));
  }
}

/** Makes the value of a generated service. */
export function serviceType<Client, Handlers>(parts: ServiceType<Client, Handlers>): ServiceType<Client, Handlers> {
  return Object.freeze({ ...parts, methods: Object.freeze([...parts.methods]) });
}
