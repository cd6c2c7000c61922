/** What people call: clients, servers, errors, metadata, interceptors, plugins. Generated code imports `./codegen` instead. */
export { createClient, type ClientOptions, type SharedChannelOptions } from "./client/client.ts";
export { type Channel, type CloseOptions, createChannel } from "./client/channel.ts";
export type { CallDefaults, ChannelOptions } from "./client/channel-options.ts";
export type { ClusterOptions } from "./client/cluster-options.ts";
export type { ChannelState } from "./client/channel-state.ts";
export { createServer, type Server, type ServerCloseOptions } from "./server/server.ts";
export type { ServerLimits, ServerOptions } from "./server/server-options.ts";
export type { ConnectionInfo } from "./server/connection-set.ts";
export type { MethodLoad } from "./server/dispatcher.ts";
export type { ServerHealth } from "./server/health.ts";
export type { ServerRegistration } from "./server/registrar.ts";
export type { Authenticate, AuthenticationRequest } from "./server/authentication.ts";
export type { Authorize, AuthorizationRequest } from "./server/authorization.ts";
export type { ErrorReport } from "./server/error-report.ts";

export type {
  Call,
  CallContext,
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
export type { Principal } from "./call/principal.ts";
export { createSlot, type Slot } from "./call/slot.ts";

export { Code, codeName } from "./errors/code.ts";
export { isReason, type Reason, reasons } from "./errors/reason.ts";
export { RpcError, type RpcErrorInit } from "./errors/rpc-error.ts";
export type { Violation } from "./errors/violation.ts";
export type { JsonValue, MessageType } from "./codec/message-type.ts";

export type {
  ClientInterceptor,
  Interceptor,
  ServerInterceptor,
  StreamNext,
  UnaryNext,
} from "./interceptor/interceptor.ts";
export type { Kernel, Plugin, PluginStop } from "./plugin/plugin.ts";

export type { Endpoint } from "./discovery/endpoint.ts";
export type { DiscoveryOptions, InstanceView } from "./discovery/instance-view.ts";
export type { Registration, RegistrationState, RegisterOptions, Registry } from "./discovery/registry.ts";
export type { EngineScope, Resolver, ResolverSink, ResolverWatch, Snapshot } from "./discovery/resolver.ts";
export type { Credentials, Target } from "./discovery/target.ts";
export type { Instance, InstanceChange, InstanceStatus } from "./discovery/instance.ts";
export type { Balancer, BalancerKind, BalancerScope } from "./governance/balancer.ts";
export type { Detector, DetectorKind, DetectorScope } from "./governance/detector.ts";
export type { AttemptOptions, FaultMode, FaultScope, StartedAttempt } from "./governance/fault-mode.ts";
export type { Outcome } from "./governance/outcome.ts";
export type { RoutedCall } from "./governance/routed-call.ts";
export type { Router, Subset } from "./governance/router.ts";
export { createDnsResolver, type DnsResolverOptions } from "./discovery/dns.ts";
export type { ServiceRecord } from "./discovery/dns-names.ts";

export type { CompressionOptions, CompressorName } from "./compression/compression.ts";
export { type Compressor, OutputLimitError } from "./compression/compressor.ts";
export { defaultLimits, type Limits } from "./protocol/limits.ts";
export type { Environment, Timer } from "./environment/environment.ts";
export type {
  ConnectOptions,
  Doorkeeper,
  PeerIdentity,
  Transport,
  TransportEvents,
  TransportKind,
  TransportListener,
} from "./transport/transport.ts";
export type { TlsOptions, TlsSource } from "./transport/tls-options.ts";
export { type Address, parseAddress } from "./transport/address.ts";
export { createMemoryTransport } from "./transport/memory.ts";
export { createMessagePortTransport } from "./transport/message-port.ts";
export type { MessageEndpoint } from "./transport/message-endpoint.ts";
export {
  createWebSocketTransport,
  type StandardEvent,
  type StandardWebSocket,
  type WebSocketConstructor,
} from "./transport/websocket.ts";
