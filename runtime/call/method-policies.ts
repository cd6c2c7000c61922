import { checkOptionParts } from "../environment/option-kinds.ts";
import type { MethodType } from "./method-type.ts";

/** Policies that are laid over those of the schema, and may change while calls run. */
export interface MethodPolicies {
  /** The method with the policy that holds now: the same object until the policy changes. Asked once per call. */
  of(method: MethodType): MethodType;
}

/** @throws TypeError for an object that is none */
export function checkPolicies(configuration: MethodPolicies | undefined): MethodPolicies | undefined {
  if (configuration === undefined) return undefined;
  const maker = 'createConfiguration() of "@rpcgen/runtime/configuration"';
  return checkOptionParts(configuration, { name: "configuration", parts: { of: "function" }, maker });
}

/** A method like another with another policy. */
export function methodWithPolicy(method: MethodType, policy: MethodType["policy"]): MethodType {
  return Object.freeze(new GovernedMethod(method, Object.freeze(policy)));
}

/** Its types may be getters that generated code fills in late, so they are passed on, not read. */
class GovernedMethod implements MethodType {
  readonly kind: MethodType["kind"];
  readonly name: string;
  readonly member: string;
  readonly service: string;
  readonly path: string;
  readonly id: number;
  readonly oneway: boolean;
  readonly idempotency: MethodType["idempotency"];
  readonly policy: MethodType["policy"];
  private readonly base: MethodType;

  constructor(base: MethodType, policy: MethodType["policy"]) {
    this.kind = base.kind;
    this.name = base.name;
    this.member = base.member;
    this.service = base.service;
    this.path = base.path;
    this.id = base.id;
    this.oneway = base.oneway;
    this.idempotency = base.idempotency;
    this.policy = policy;
    this.base = base;
  }

  get request(): MethodType["request"] {
    return this.base.request;
  }

  get response(): MethodType["response"] {
    return this.base.response;
  }

  get errors(): MethodType["errors"] {
    return this.base.errors;
  }
}
