/**
 * The client's half of `../index.ts`, with all that it can do, for Node and for pages. A page that imports `createClient` from here instead of from
 * the package's main entry gets interceptors, plugins, fault modes, other transports and JSON, and about 20 kB more.
 */
export { createClient, type ClientOptions, type SharedChannelOptions } from "./client.ts";
export { type Channel, type CloseOptions, createChannel } from "./channel.ts";
export type { CallDefaults, ChannelOptions } from "./channel-options.ts";
export type { ClusterOptions } from "./cluster-options.ts";

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
} from "../call/method-type.ts";
export type { CallInfo, ClientCall } from "../call/context.ts";
export { DeclaredError, type ErrorType, isDeclaredError } from "../call/declared-error.ts";
export { metadata, type MetadataEntry, type MetadataInit } from "../call/metadata.ts";
export { type Result, result } from "../call/result.ts";
export { createSlot, type Slot } from "../call/slot.ts";

export { Code, codeName } from "../errors/code.ts";
export { isReason, type Reason, reasons } from "../errors/reason.ts";
export { RpcError, type RpcErrorInit } from "../errors/rpc-error.ts";
export type { Violation } from "../errors/violation.ts";
export type { JsonValue, MessageType } from "../codec/message-type.ts";

export type { ClientInterceptor, Interceptor, StreamNext, UnaryNext } from "../interceptor/interceptor.ts";
export type { Kernel, Plugin, PluginStop } from "../plugin/plugin.ts";

export type { Endpoint } from "../discovery/endpoint.ts";
export type { DiscoveryOptions, InstanceView } from "../discovery/instance-view.ts";
export type { EngineScope, Resolver, ResolverSink, ResolverWatch, Snapshot } from "../discovery/resolver.ts";
export type { Credentials, Target } from "../discovery/target.ts";
export type { Instance, InstanceStatus } from "../discovery/instance.ts";
export type { Balancer, BalancerKind, BalancerScope } from "../governance/balancer.ts";
export type { Detector, DetectorKind, DetectorScope } from "../governance/detector.ts";
export type { AttemptOptions, FaultMode, FaultScope, StartedAttempt } from "../governance/fault-mode.ts";
export type { Outcome } from "../governance/outcome.ts";
export type { RoutedCall } from "../governance/routed-call.ts";
export type { Router, Subset } from "../governance/router.ts";

export { defaultLimits, type Limits } from "../protocol/limits.ts";
export type { ConnectOptions, Transport, TransportEvents, TransportKind } from "../transport/transport.ts";
export type { Address } from "../transport/address.ts";
export { parseAddress } from "../transport/address.ts";
export { createMessagePortTransport } from "../transport/message-port.ts";
export type { MessageEndpoint } from "../transport/message-endpoint.ts";
