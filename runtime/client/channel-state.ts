/**
 * idle: no connection, none is being made -> connecting (a call, or an eager channel), closed
 * connecting: transport and handshake -> ready, transient_failure, closed
 * ready: calls go through -> idle (lost, drained), connecting (the same, with a successor at once), closed
 * transient_failure: the last attempt failed, the next one is not due or nobody wants it -> connecting, closed
 * closed: for good.
 */
export type ChannelState = "idle" | "connecting" | "ready" | "transient_failure" | "closed";
