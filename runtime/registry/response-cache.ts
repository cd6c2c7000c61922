import { gzipSync } from "node:zlib";
import type { Environment } from "../environment/environment.ts";
import type { Json } from "./write-instance.ts";
import { xmlFromJson } from "./xml.ts";

/** A body ready to send, with its compressed form once somebody took it. */
export interface Rendered {
  readonly text: Buffer;
  readonly type: "application/json" | "application/xml";
  gzip(): Buffer;
}

/** Renders an answer. */
export function render(json: Json, isXml: boolean): Rendered {
  const text = Buffer.from(isXml ? xmlFromJson(json) : JSON.stringify(json));
  let packed: Buffer | undefined;
  return {
    text,
    type: isXml ? "application/xml" : "application/json",
    gzip: () => (packed ??= gzipSync(text)),
  };
}

/** Answers that many clients ask for. */
export interface ResponseCache {
  /** The answer under the key; `make` is asked when there is none that may be used. `version`: of what it is made of. */
  get(key: string, version: number, make: () => Rendered): Rendered;
}

const maxEntries = 1_000;

/**
 * Two tiers, as Eureka has them: what readers get is at most `keptMs` old whatever happens, so that a storm of changes is rendered a
 * few times a second and not once per reader; below it, what was rendered stays for as long as nothing changed.
 */
export function createResponseCache(environment: Environment, keptMs: number): ResponseCache {
  const entries = new Map<string, { rendered: Rendered; version: number; untilMs: number }>();
  return {
    get(key, version, make) {
      const now = environment.now();
      const entry = entries.get(key);
      if (entry !== undefined && (now < entry.untilMs || entry.version === version)) {
        if (now >= entry.untilMs) entry.untilMs = now + keptMs;
        return entry.rendered;
      }
      const rendered = make();
      if (entries.size >= maxEntries) entries.delete(entries.keys().next().value as string);
      entries.set(key, { rendered, version, untilMs: now + keptMs });
      return rendered;
    },
  };
}
