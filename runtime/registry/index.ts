/** An embedded service registry that speaks the Eureka REST API: run by `rpcgen registry`, or inside a program of one's own. */
export { createRegistryServer, type RegistryServer, type RegistryServerOptions } from "./server.ts";
export {
  createRegistry,
  type InstanceCopy,
  type Registry,
  type RegistryEvent,
  type RegistryOptions,
  type RenewRequest,
  type StatusRequest,
} from "./registry.ts";
export { answer, type ApiReply, type ApiRequest, type ApiScope } from "./api.ts";
export type { EurekaStatus, InstanceInfo, LeaseInfo } from "./instance-info.ts";
