/**
 * What a page imports: the client's half of `index.ts` with a small client, which keeps to one connection. The package gives it to bundlers under
 * the export condition `browser`; `client/index.ts` has the client with everything.
 */
export { createClient } from "./lean/client.ts";
export { createChannel } from "./lean/channel.ts";
export type { ClientOptions, SharedChannelOptions } from "./client/client.ts";
export type { Channel, CloseOptions } from "./client/channel.ts";
export type { CallDefaults, ChannelOptions } from "./client/channel-options.ts";
export type { ClusterOptions } from "./client/cluster-options.ts";

export type {
  Call,
  CallOptions,
  Invoker,
  Items,
  ItemStream,
  MaybePromise,
  Metadata,
  MethodType,
  ServiceClient,
  ServiceType,
} from "./call/method-type.ts";
export type { CallInfo, ClientCall } from "./call/context.ts";
export { DeclaredError, type ErrorType, isDeclaredError } from "./call/declared-error.ts";
export { metadata, type MetadataEntry, type MetadataInit } from "./call/metadata.ts";
export { type Result, result } from "./call/result.ts";
export { createSlot, type Slot } from "./call/slot.ts";

export { Code, codeName } from "./errors/code.ts";
export { isReason, type Reason, reasons } from "./errors/reason.ts";
export { RpcError, type RpcErrorInit } from "./errors/rpc-error.ts";
export type { Violation } from "./errors/violation.ts";
export type { JsonValue, MessageType } from "./codec/message-type.ts";

export type { ClientInterceptor, Interceptor, StreamNext, UnaryNext } from "./interceptor/interceptor.ts";
export type { Kernel, Plugin, PluginStop } from "./plugin/plugin.ts";

export type { Endpoint } from "./discovery/endpoint.ts";
export type { DiscoveryOptions, InstanceView } from "./discovery/instance-view.ts";
export type { EngineScope, Resolver, ResolverSink, ResolverWatch, Snapshot } from "./discovery/resolver.ts";
export type { Credentials, Target } from "./discovery/target.ts";
export type { Instance, InstanceStatus } from "./discovery/instance.ts";
export type { Balancer, BalancerKind, BalancerScope } from "./governance/balancer.ts";
export type { Detector, DetectorKind, DetectorScope } from "./governance/detector.ts";
export type { AttemptOptions, FaultMode, FaultScope, StartedAttempt } from "./governance/fault-mode.ts";
export type { Outcome } from "./governance/outcome.ts";
export type { RoutedCall } from "./governance/routed-call.ts";
export type { Router, Subset } from "./governance/router.ts";

export { defaultLimits, type Limits } from "./protocol/limits.ts";
export type { ConnectOptions, Transport, TransportEvents, TransportKind } from "./transport/transport.ts";
export type { Address } from "./transport/address.ts";
export { parseAddress } from "./transport/address.ts";
export { createMessagePortTransport } from "./transport/message-port.ts";
export type { MessageEndpoint } from "./transport/message-endpoint.ts";
