import type { Environment } from "../environment/environment.ts";
import type { Kernel, Plugin, PluginStop } from "./plugin.ts";

/** Plugins that were set up. */
export interface PluginHost<I> {
  /** Interceptors: those given first, then those that plugins added, in order. */
  readonly interceptors: readonly I[];
  /** Stops the plugins in reverse order; a fault of one does not keep the others. Rejects with the first fault. Idempotent. */
  stop(): Promise<void>;
}

/** What {@link startPlugins} needs. */
export interface PluginHostOptions<I> {
  readonly side: "client" | "server";
  readonly environment: Environment;
  readonly interceptors: readonly I[];
  readonly plugins: readonly Plugin<I>[];
}

/** Sets plugins up in order. @throws TypeError for a name that is used twice or a requirement that does not come earlier */
export function startPlugins<I>(options: PluginHostOptions<I>): PluginHost<I> {
  const interceptors: I[] = [...options.interceptors];
  const stops: PluginStop[] = [];
  const names = new Set<string>();
  let settingUp = true;
  const kernel: Kernel<I> = Object.freeze({
    side: options.side,
    environment: options.environment,
    addInterceptor(interceptor: I) {
      if (!settingUp) throw new TypeError("Interceptors can be added during setup only.");
      interceptors.push(interceptor);
    },
  });
  try {
    for (const plugin of options.plugins) {
      checkPlugin(plugin, names);
      names.add(plugin.name);
      const stop = plugin.setup(kernel);
      if (typeof stop === "function") stops.push(stop);
    }
  } catch (error) {
    stopAll(stops).catch(() => undefined);
    throw error;
  } finally {
    settingUp = false;
  }
  let stopped: Promise<void> | undefined;
  return { interceptors, stop: () => (stopped ??= stopAll(stops)) };
}

function checkPlugin<I>(plugin: Plugin<I>, earlier: ReadonlySet<string>): void {
  if (typeof plugin?.name !== "string" || typeof plugin.setup !== "function") {
    throw new TypeError("A plugin is an object with a name and a setup function: { name, setup(kernel) { ... } }.");
  }
  if (earlier.has(plugin.name)) throw new TypeError(`There are two plugins named "${plugin.name}"; remove one.`);
  const missing = plugin.requires?.find((name) => !earlier.has(name));
  if (missing !== undefined) {
    throw new TypeError(`The plugin "${plugin.name}" requires "${missing}"; put that before it in the list.`);
  }
}

async function stopAll(stops: readonly PluginStop[]): Promise<void> {
  const faults: unknown[] = [];
  for (const stop of stops.toReversed()) {
    try {
      await stop();
    } catch (error) {
      faults.push(error);
    }
  }
  if (faults.length > 0) throw faults[0];
}
