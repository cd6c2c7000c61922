/** Which instances a rule leads to: all that is given must hold. */
export interface RouteTarget {
  /** {@link Instance.group}. */
  readonly group?: string | undefined;
  /** `1.4.0` for just that, `1.x` or `1.4.x` for all that begin so, `x` for any. */
  readonly version?: string | undefined;
  /** One of {@link Instance.aliases}. */
  readonly alias?: string | undefined;
  /** A leading part of {@link Instance.zone}: `eu` or `eu/eu-1`. */
  readonly zone?: string | undefined;
  /** Labels with these values, or one of these. */
  readonly labels?: Readonly<Record<string, string | readonly string[]>> | undefined;
}

/** Which calls a rule is for: all that is given must hold. */
export interface RouteCondition {
  /** Paths (`/shop.v1.Orders/Get`) or services (`shop.v1.Orders`). */
  readonly methods?: readonly string[] | undefined;
  /** Metadata of the call with these values, or one of these; `*` for any value. */
  readonly metadata?: Readonly<Record<string, string | readonly string[]>> | undefined;
  /** This part of the calls, 0 to 100. */
  readonly percent?: number | undefined;
  /**
   * What keeps a caller on one side of `percent`: a key of the metadata, or `@hashKey` for the field that the schema names. Calls without it are counted
   * one by one, as are all by default.
   */
  readonly stickyBy?: string | undefined;
}

/** One rule of routing: plain data, so that it may come from a file or a configuration that changes while the program runs. */
export interface RouteRule {
  /** For diagnostics, unique in its list. Default: its number. */
  readonly name?: string | undefined;
  /** Default: all calls. */
  readonly when?: RouteCondition | undefined;
  readonly to: RouteTarget;
  /**
   * What happens when there is no such instance. `next`: as if the rule were not there; `any`: the call goes to any instance; `fail`: nowhere.
   * Default: `next`.
   */
  readonly otherwise?: "next" | "any" | "fail" | undefined;
}

/** Rules of one list. */
export const maxRules = 1_000;

/** @throws TypeError that names the rule and what is wrong with it */
export function checkRules(rules: unknown): readonly RouteRule[] {
  if (!Array.isArray(rules)) throw new TypeError("Routes are a list of rules: [{ when: { ... }, to: { ... } }].");
  if (rules.length > maxRules) throw new TypeError(`There are ${rules.length} routes; at most ${maxRules} are taken.`);
  const names = new Set<string>();
  return Object.freeze(
    rules.map((rule: unknown, index) => {
      const checked = checkRule(rule, `routes[${index}]`);
      const { name = String(index) } = checked;
      if (names.has(name)) throw new TypeError(`Two routes are named "${name}".`);
      names.add(name);
      return Object.freeze({ ...checked, name });
    }),
  );
}

function checkRule(rule: unknown, place: string): RouteRule {
  const data = record(rule, place, ["name", "when", "to", "otherwise"]);
  const { name, when, to, otherwise } = data;
  if (name !== undefined) text(name, `${place}.name`);
  if (when !== undefined) checkCondition(when, `${place}.when`);
  if (to === undefined) throw new TypeError(`${place} leads nowhere; give it a "to".`);
  checkTarget(to, `${place}.to`);
  if (otherwise !== undefined && otherwise !== "next" && otherwise !== "any" && otherwise !== "fail") {
    throw new TypeError(`${place}.otherwise is ${JSON.stringify(otherwise)}; expected "next", "any" or "fail".`);
  }
  return data as unknown as RouteRule;
}

function checkCondition(when: unknown, place: string): void {
  const { methods, metadata, percent, stickyBy } = record(when, place, ["methods", "metadata", "percent", "stickyBy"]);
  if (methods !== undefined) list(methods, `${place}.methods`);
  if (metadata !== undefined) values(metadata, `${place}.metadata`);
  if (stickyBy !== undefined) text(stickyBy, `${place}.stickyBy`);
  if (percent !== undefined && !(typeof percent === "number" && percent >= 0 && percent <= 100)) {
    throw new TypeError(`${place}.percent is ${JSON.stringify(percent)}; expected a number from 0 to 100.`);
  }
}

function checkTarget(to: unknown, place: string): void {
  const { labels, ...names } = record(to, place, ["group", "version", "alias", "zone", "labels"]);
  for (const [name, value] of Object.entries(names)) if (value !== undefined) text(value, `${place}.${name}`);
  if (labels !== undefined) values(labels, `${place}.labels`);
}

function record(value: unknown, place: string, known: readonly string[]): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new TypeError(`${place} must be an object with ${known.join(", ")}.`);
  }
  const unknown = Object.keys(value).find((key) => !known.includes(key));
  if (unknown === undefined) return value as Readonly<Record<string, unknown>>;
  throw new TypeError(`${place} has "${unknown}", which is not known; expected ${known.join(", ")}.`);
}

function values(value: unknown, place: string): void {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new TypeError(`${place} must be an object.`);
  for (const [key, each] of Object.entries(value)) {
    if (Array.isArray(each)) list(each, `${place}.${key}`);
    else text(each, `${place}.${key}`);
  }
}

function list(value: unknown, place: string): void {
  if (!Array.isArray(value)) throw new TypeError(`${place} must be a list of texts.`);
  for (const each of value) text(each, place);
}

function text(value: unknown, place: string): void {
  if (typeof value !== "string" || value === "") throw new TypeError(`${place} must be a text that is not empty.`);
}
