import type { MethodPolicy } from "../descriptor/descriptor.ts";
import { codeName } from "../errors/code.ts";
import { ConfigurationError } from "./configuration-error.ts";
import { checkObject, type Field, number, oneOf, record, text, whole, list, flag } from "./fields.ts";

/** What live configuration may say of methods: the policies of the schema, apart from what is part of its contract (`@auth`, `@http`). */
export type LivePolicy = Pick<
  MethodPolicy,
  | "timeoutMs"
  | "retry"
  | "hedge"
  | "priority"
  | "rateLimit"
  | "cache"
  | "compress"
  | "maxMessageBytes"
  | "group"
  | "alias"
  | "route"
>;

/** A policy and the methods that it is for. */
export interface PolicyEntry {
  /** `*`, a service or a method, as in `shop.v1.Orders/Get`. Of several that name a method, the most exact one counts for each setting. */
  readonly method: string;
  readonly policy: LivePolicy;
}

/** A document of live configuration, checked. */
export interface ConfigurationDocument {
  /** What whoever wrote it calls it: shown in the history. */
  readonly name?: string | undefined;
  readonly policies: readonly PolicyEntry[];
  /** Settings for the parts that were given to the configuration, by their names. */
  readonly parts: Readonly<Record<string, unknown>>;
}

/** `cancelled` (1) to `unauthenticated` (16). */
const codes: readonly string[] = Array.from({ length: 16 }, (_, index) => codeName(index + 1));

const milliseconds = number({ above: 0 });

const policyFields: Readonly<Record<keyof LivePolicy, Field>> = {
  timeoutMs: milliseconds,
  retry: record(
    {
      max: whole({ from: 0, to: 10 }),
      on: list(oneOf(codes)),
      backoff: record({ baseMs: milliseconds, maxMs: milliseconds }, ["baseMs", "maxMs"]),
    },
    ["max"],
  ),
  hedge: record({ max: whole({ from: 1, to: 3 }), delayMs: milliseconds }, ["max", "delayMs"]),
  priority: whole({ from: 0, to: 9 }),
  rateLimit: record({ calls: number({ above: 0 }), perMs: milliseconds }, ["calls", "perMs"]),
  cache: record({ ttlMs: milliseconds }, ["ttlMs"]),
  compress: flag,
  maxMessageBytes: whole({ from: 1, to: 2 ** 31 }),
  group: text,
  alias: text,
  route: checkObject(text),
};

const policyField = record(policyFields);
const methodPattern = /^(?:\*|\/?[A-Za-z_][\w.]*(?:\/(?:\*|[A-Za-z_]\w*))?)$/;

/**
 * Reads a document:
 *
 * ```json
 * {
 *   "name": "2026-11 sale",
 *   "methods": { "*": { "timeoutMs": 800 }, "shop.v1.Orders/Get": { "retry": { "max": 1 } } },
 *   "rateLimit": { "rules": [{ "method": "shop.v1.Orders", "calls": 100 }] }
 * }
 * ```
 *
 * @param parts names of the parts that may be in it
 * @throws ConfigurationError that names the place, what was found and what is expected
 */
export function readDocument(source: string, parts: readonly string[]): ConfigurationDocument {
  const json = parse(source);
  const known = ["name", "methods", ...parts];
  for (const name of Object.keys(json)) {
    if (!known.includes(name)) throw new ConfigurationError(name, `is not known; expected ${known.join(", ")}`);
  }
  const { name, methods = {}, ...rest } = json;
  return {
    name: name === undefined ? undefined : (text(name, "name") as string),
    policies: policiesOf(methods),
    parts: rest,
  };
}

function parse(source: string): Readonly<Record<string, unknown>> {
  let json: unknown;
  try {
    json = JSON.parse(source);
  } catch (error) {
    throw new ConfigurationError("", `is no JSON: ${error instanceof Error ? error.message : ""}`);
  }
  if (typeof json === "object" && json !== null && !Array.isArray(json)) return json as Record<string, unknown>;
  throw new ConfigurationError("", "must be an object");
}

function policiesOf(methods: unknown): readonly PolicyEntry[] {
  if (typeof methods !== "object" || methods === null || Array.isArray(methods)) {
    throw new ConfigurationError(
      "methods",
      'must be an object with methods as names, as in { "shop.v1.Orders/Get": { "timeoutMs": 500 } }',
    );
  }
  return Object.entries(methods).map(([method, policy]) => {
    const place = `methods[${JSON.stringify(method)}]`;
    if (!methodPattern.test(method)) {
      throw new ConfigurationError(
        place,
        'names no method; write "*", a service ("shop.v1.Orders") or a method ("shop.v1.Orders/Get")',
      );
    }
    return { method, policy: policyField(policy, place) as LivePolicy };
  });
}
