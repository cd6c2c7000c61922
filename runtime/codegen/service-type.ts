import type { MethodType, ServiceType } from "../call/method-type.ts";

/** Makes the value of a generated method; frozen. */
export function methodType<I, II, O, OI>(parts: MethodType<I, II, O, OI>): MethodType<I, II, O, OI> {
  return Object.freeze(parts);
}

/** Makes the value of a generated service; frozen. */
export function serviceType<Client, Handlers>(parts: ServiceType<Client, Handlers>): ServiceType<Client, Handlers> {
  return Object.freeze({ ...parts, methods: Object.freeze([...parts.methods]) });
}
