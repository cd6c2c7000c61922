/** Seeing what happens: metrics and logs. Tracing: `@rpcgen/runtime/telemetry/opentelemetry`. */
export { type AccessLog, accessLog, type AccessLogOptions, type Logger } from "./logs.ts";
export type { BodyOptions } from "./bodies.ts";
export { createLogLevels, type LogLevel, type LogLevelOptions, type LogLevels } from "./log-levels.ts";
export { createMetrics, type Metrics, type MetricsOptions } from "./metrics.ts";
export type { Histogram } from "./histogram.ts";
export type { MethodMetrics } from "./method-metrics.ts";
export { safeText } from "./safe-text.ts";
