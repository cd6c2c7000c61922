/** Tracing with OpenTelemetry; needs `@opentelemetry/api`, an optional peer dependency. */
export { openTelemetry, type OpenTelemetry, type OpenTelemetryOptions } from "./opentelemetry.ts";
