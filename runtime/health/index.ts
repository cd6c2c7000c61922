/** Whether a program and its services can be called: for callers as a service, for orchestrators over HTTP. */
export { createHealth, type HealthOptions, type HealthState, type ServiceStatus } from "./health.ts";
export {
  Health,
  type HealthClient,
  type HealthHandlers,
  healthSchema,
  ServingStatus,
  UnknownService,
} from "./gen/health.rpc.ts";
