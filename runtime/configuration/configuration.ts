/// <reference lib="esnext.disposable" preserve="true" />
import type { MethodPolicies } from "../call/method-policies.ts";
import type { MethodType } from "../call/method-type.ts";
import { systemEnvironment } from "../environment/system.ts";
import type { Environment } from "../environment/environment.ts";
import { ConfigurationError } from "./configuration-error.ts";
import { type ConfigurationDocument, type LivePolicy, readDocument } from "./document.ts";
import { type ExplainedSetting, explainPolicy, LayeredPolicies } from "./policies.ts";
import type { ConfigDocument, ConfigSource, ConfigWatch } from "./source.ts";
import { quietly } from "../errors/quietly.ts";

/** A part whose settings can be changed while calls run: `rateLimit()`, `circuitBreaker()`, `byMethod([])`, ... */
export interface Configurable<Settings = never> {
  /** Takes other settings. @throws for settings that cannot work, and the old ones stay */
  configure(settings: Settings): void;
}

/** What became of one version of a document. */
export interface ConfigurationChange {
  /** Wall clock, milliseconds since 1970. */
  readonly atMs: number;
  /** Of the source. */
  readonly version: string;
  /** As the document calls itself. */
  readonly name: string | undefined;
  /** Who wrote it, where the source knows. */
  readonly author: string | undefined;
  readonly outcome: "applied" | "refused";
  /** Why it was refused. */
  readonly error: string | undefined;
  /** What is different from the version before: `methods`, `rateLimit`. */
  readonly changed: readonly string[];
}

/** Settings of {@link createConfiguration}. */
export interface ConfigurationOptions {
  /** Where documents come from. Default: nowhere; only `policies` hold. */
  readonly source?: ConfigSource | undefined;
  /** Name of the document at the source. Default: `rpc`. */
  readonly key?: string | undefined;
  /** Policies from code: above the schema, below the document. By method, as in the document. */
  readonly policies?: Readonly<Record<string, LivePolicy>> | undefined;
  /** Parts that the document may have settings for, by the name that it uses. */
  readonly parts?: Readonly<Record<string, Configurable>> | undefined;
  /** Told of each version. What it throws is ignored. */
  readonly onChange?: ((change: ConfigurationChange) => void) | undefined;
  /** Told when the source cannot be read; what was read last stays in force. What it throws is ignored. */
  readonly onError?: ((error: Error) => void) | undefined;
  /** Versions that are remembered. Default: 50. */
  readonly historyLength?: number | undefined;
  /** Clock and timers. Default: the system's. */
  readonly environment?: Environment | undefined;
}

/** Policies that follow a document. Pass it as `configuration` to clients and servers. */
export interface Configuration extends MethodPolicies {
  /** Resolves when the first version was applied or refused, or the source said that there is none. @throws the reason of `signal` */
  ready(signal?: AbortSignal): Promise<void>;
  /** The last versions, the newest first. */
  readonly history: readonly ConfigurationChange[];
  /** Each setting of a method and where it comes from. */
  explain(method: Pick<MethodType, "service" | "path" | "policy">): Readonly<Record<string, ExplainedSetting>>;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Follows a document of configuration. Each version is checked as a whole before anything of it is used, and applied in one step; a version that is refused changes nothing and
 * is in the history with the reason.
 *
 * What holds for a call, the strongest first: what the call says, the document, `policies`, the schema, the defaults of client and server.
 * @throws ConfigurationError for `policies` that cannot work
 */
export function createConfiguration(options: ConfigurationOptions = {}): Configuration {
  const { source, key = "rpc", parts = {}, historyLength = 50 } = options;
  const environment = options.environment ?? systemEnvironment;
  const { policies: code } = readDocument(JSON.stringify({ methods: options.policies ?? {} }), []);
  const policies = new LayeredPolicies({ code, live: [] });
  const history: ConfigurationChange[] = [];
  let current: ConfigurationDocument = { policies: [], parts: {} };
  let isHeard = source === undefined;
  const waiters: (() => void)[] = [];

  function heard(): void {
    isHeard = true;
    for (const resolve of waiters.splice(0)) resolve();
  }

  function take({ text, version, author }: ConfigDocument): void {
    const note = (more: Pick<ConfigurationChange, "outcome" | "error" | "name" | "changed">): void =>
      remember({ atMs: environment.wallClock(), version, author, ...more });
    let next: ConfigurationDocument | undefined;
    try {
      next = readDocument(text ?? "{}", Object.keys(parts));
      const changed = changesBetween(current, next);
      applyParts(next);
      policies.setLive(next.policies);
      current = next;
      note({ outcome: "applied", error: undefined, name: next.name, changed });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      note({ outcome: "refused", error: message, name: next?.name, changed: [] });
    }
    heard();
  }

  /** All or nothing: a part that refuses its settings makes those before it take their old ones back. */
  function applyParts(next: ConfigurationDocument): void {
    const done: string[] = [];
    for (const [name, part] of Object.entries(parts)) {
      if (same(current.parts[name], next.parts[name])) continue;
      try {
        part.configure((next.parts[name] ?? {}) as never);
        done.push(name);
      } catch (error) {
        for (const earlier of done) (parts[earlier] as Configurable).configure((current.parts[earlier] ?? {}) as never);
        throw new ConfigurationError(name, `was refused: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }

  function remember(change: ConfigurationChange): void {
    history.unshift(Object.freeze(change));
    history.length = Math.min(history.length, historyLength);
    quietly(() => options.onChange?.(change));
  }

  const watch: ConfigWatch | undefined = source?.watch(
    key,
    { update: take, error: (error) => quietly(() => options.onError?.(error)) },
    { environment },
  );
  const close = (): Promise<void> => {
    heard();
    return watch?.close() ?? Promise.resolve();
  };

  return {
    of: (method) => policies.of(method),
    explain: (method) => explainPolicy(method, policies.layers),
    history,
    ready(signal) {
      if (isHeard) return Promise.resolve();
      return new Promise((resolve, reject) => {
        if (signal?.aborted === true) return reject(signal.reason);
        const onAbort = (): void => reject(signal?.reason);
        signal?.addEventListener("abort", onAbort, { once: true });
        waiters.push(() => {
          signal?.removeEventListener("abort", onAbort);
          resolve();
        });
      });
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function changesBetween(before: ConfigurationDocument, after: ConfigurationDocument): readonly string[] {
  const names = new Set([...Object.keys(before.parts), ...Object.keys(after.parts)]);
  const changed = [...names].filter((name) => !same(before.parts[name], after.parts[name]));
  return same(before.policies, after.policies) ? changed : ["methods", ...changed];
}

/** Documents are JSON: equal texts mean equal settings, and another order of members at most applies the same again. */
function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
