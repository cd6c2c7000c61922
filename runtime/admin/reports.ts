import type { MethodType, ServiceType } from "../call/method-type.ts";
import { plain, type Plain } from "./plain.ts";
import type { Section } from "./page.ts";
import type { AdminConfiguration, AdminSources } from "./sources.ts";

/** One thing that is shown, made anew for each request. */
export interface Report extends Omit<Section, "content"> {
  read(): Plain;
}

/** What can be shown of what was given, in the order of the page. */
export function reportsOf(sources: AdminSources): readonly Report[] {
  const { server, channels, services = [], configuration, breakers, health, logLevels, switches } = sources;
  const reports: Report[] = [];
  const add = (path: string, title: string, read: () => unknown): void =>
    void reports.push({ path, title, read: () => plain(read()) });

  if (health !== undefined) add("/health", "Health", () => ({ live: health.isLive, ready: health.isReady }));
  if (server !== undefined || channels !== undefined)
    add("/connections", "Connections", () => ({
      ...(server && { addresses: server.addresses, server: server.connections() }),
      ...(channels && { channels: Object.entries(channels).map(([name, channel]) => channelReport(name, channel)) }),
    }));
  if (server !== undefined) add("/calls", "Calls", () => server.load());
  if (server !== undefined || services.length > 0)
    add("/policies", "Policies", () => policies([...(server?.services ?? []), ...services], configuration));
  if (channels !== undefined)
    add("/instances", "Instances", () =>
      Object.entries(channels).map(([name, channel]) => ({ channel: name, ...channel.instances() })),
    );
  if (breakers !== undefined) add("/breakers", "Circuit breakers", () => breakersReport(breakers));
  if (configuration !== undefined) add("/config", "Configuration", () => configuration.history.map(dated));
  if (logLevels !== undefined) add("/log-levels", "Log levels", () => logLevels.current);
  if (switches !== undefined)
    add("/switches", "Switches", () =>
      (switches.current.rules ?? []).map(({ method, when = "on-failure" }) => ({ method, when })),
    );
  return reports;
}

/** With the time as people read it. */
function dated({ atMs, ...rest }: AdminConfiguration["history"][number]): object {
  return { at: new Date(atMs), ...rest };
}

function channelReport(
  name: string,
  { target, state, connections }: { readonly target: string; readonly state: string; readonly connections: number },
): object {
  return { name, target: withoutSecrets(target), state, connections };
}

/** A target may have a password, and parameters that are none of ours to judge. */
function withoutSecrets(target: string): string {
  return target
    .replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i, "$1***@")
    .replace(/([?&][^=&]*(?:password|passwd|secret|token|key|credential)[^=&]*=)[^&]*/gi, "$1***");
}

function policies(services: readonly ServiceType[], configuration: AdminConfiguration | undefined): object {
  const methods = new Map(services.flatMap((service) => service.methods).map((method) => [method.path, method]));
  return [...methods.values()].map((method) => ({
    method: method.path,
    policy: configuration?.explain(method) ?? schemaPolicy(method),
  }));
}

function schemaPolicy({ policy }: MethodType): object {
  return Object.fromEntries(Object.entries(policy).map(([name, value]) => [name, { value, origin: "schema" }]));
}

function breakersReport(breakers: NonNullable<AdminSources["breakers"]>): object {
  return Object.entries(breakers).map(([name, { states, refused }]) => ({ name, refused, states }));
}
