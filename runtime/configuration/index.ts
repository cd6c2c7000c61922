/** Live configuration: policies and settings that change while calls run, from sources with entries of their own: `./configuration/file`, `memory`, `etcd`, `zookeeper`. */
export {
  type Configurable,
  type Configuration,
  type ConfigurationChange,
  type ConfigurationOptions,
  createConfiguration,
} from "./configuration.ts";
export { ConfigurationError } from "./configuration-error.ts";
export { type ConfigurationDocument, type LivePolicy, type PolicyEntry, readDocument } from "./document.ts";
export {
  type ExplainedSetting,
  explainPolicy,
  policyDefaults,
  type PolicyLayers,
  type PolicyOrigin,
} from "./policies.ts";
export type { ConfigDocument, ConfigSink, ConfigSource, ConfigWatch } from "./source.ts";
