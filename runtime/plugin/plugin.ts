import type { CallInfo } from "../call/context.ts";
import type { Environment } from "../environment/environment.ts";
import type { Interceptor } from "../interceptor/interceptor.ts";

/** What a plugin may reach. `I`: the interceptors of its side. */
export interface Kernel<I = Interceptor<CallInfo>> {
  readonly side: "client" | "server";
  /** Clock, timers and random numbers to use. The clock stands still while the hooks of one call run: they share one reading. */
  readonly environment: Environment;
  /** Adds an interceptor behind those already there. Only during setup. */
  addInterceptor(interceptor: I): void;
}

/** Undoes what a setup did. Called once when client or server closes, after the last call has ended. */
export type PluginStop = () => void | Promise<void>;

/** A part that is added to a client or a server. */
export interface Plugin<I = Interceptor<CallInfo>> {
  /** Unique within one client or server. */
  readonly name: string;
  /** Names of plugins that must come earlier in the list. */
  readonly requires?: readonly string[];
  /** Called once, in the order of the list, before the first call. A throw stops the plugins before it and is passed on. */
  setup(kernel: Kernel<I>): void | PluginStop;
}
