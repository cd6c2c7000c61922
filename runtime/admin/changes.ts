import type { AdminLogLevels, AdminSources, AdminSwitches, SwitchRule } from "./sources.ts";

/** What takes the body of a PUT. @throws TypeError or RangeError that says what is wrong with it, and nothing is changed */
export type Change = (body: unknown) => void;

/** What can be changed of what was given, by path. */
export function changesOf({ logLevels, switches }: AdminSources): ReadonlyMap<string, Change> {
  const changes = new Map<string, Change>();
  if (logLevels !== undefined) changes.set("/log-levels", (body) => changeLevels(logLevels, body));
  if (switches !== undefined) changes.set("/switches", (body) => changeSwitches(switches, body));
  return changes;
}

/** `{ "default": "info", "services": { "shop.v1.Orders": "debug" } }`: replaces what was. */
function changeLevels(levels: AdminLogLevels, body: unknown): void {
  const { default: everywhere, services, ...rest } = record(body, '{ "default": "info", "services": {} }');
  const [stranger] = Object.keys(rest);
  if (stranger !== undefined)
    throw new TypeError(`${JSON.stringify(stranger)} is unknown; expected "default" and "services".`);
  const named = services === undefined ? undefined : record(services, '"services": { "shop.v1.Orders": "debug" }');
  // The receiver checks what the levels are.
  levels.configure({ default: everywhere, services: named } as never);
}

const moments: readonly unknown[] = ["on-failure", "force", "mock", "off"];

/** `{ "shop.v1.Orders/Get": "force" }`: switches the rules of these methods and leaves the others; a method without a rule gets one, which answers with an empty reply. */
function changeSwitches(switches: AdminSwitches, body: unknown): void {
  const entries = Object.entries(record(body, '{ "shop.v1.Orders/Get": "force" }'));
  const wrong = entries.find(([, when]) => !moments.includes(when));
  if (wrong !== undefined)
    throw new TypeError(
      `${JSON.stringify(wrong[0])} is ${JSON.stringify(wrong[1])}; expected "on-failure", "force", "mock" or "off".`,
    );
  const wanted = new Map(entries as [string, NonNullable<SwitchRule["when"]>][]);
  const rules = (switches.current.rules ?? []).map((rule) => {
    const when = wanted.get(rule.method);
    wanted.delete(rule.method);
    return when === undefined ? rule : { ...rule, when };
  });
  // The first rule that names a method counts: before the wide ones that were there.
  const added = [...wanted].map(([method, when]) => ({ method, when }));
  switches.configure({ ...switches.current, rules: [...added, ...rules] } as never);
}

function record(value: unknown, example: string): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new TypeError(`Expected an object such as ${example}.`);
}
