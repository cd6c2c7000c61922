import type { MethodPolicy } from "../../runtime/descriptor/descriptor.ts";
import type { MethodType, ServiceType } from "../../runtime/index.ts";

/** The service as it would be with other annotations in its schema. */
export function withPolicies<Client, Handlers>(
  service: ServiceType<Client, Handlers>,
  policies: Readonly<Record<string, MethodPolicy>>,
): ServiceType<Client, Handlers> {
  return { ...service, methods: service.methods.map((method) => withPolicy(method, policies[method.name] ?? {})) };
}

/** Its types are getters, so a spread alone would lose them. */
function withPolicy(method: MethodType, policy: MethodPolicy): MethodType {
  const { request, response, errors } = method;
  return { ...method, request, response, errors, policy };
}
