/** From the least important to silence. */
export const logLevels = ["trace", "debug", "info", "warn", "error", "silent"] as const;

/** @see logLevels */
export type LogLevel = (typeof logLevels)[number];

/** Settings of {@link createLogLevels}. */
export interface LogLevelOptions {
  /** Of services that are not named. Default: `info`. */
  readonly default?: LogLevel | undefined;
  /** By full name of the service: `{ "shop.v1.Orders": "debug" }`. */
  readonly services?: Readonly<Record<string, LogLevel>> | undefined;
}

/** From which importance on lines are written, by service. Can be changed while calls run, also as a part of live configuration. */
export interface LogLevels {
  isOn(service: string, level: Exclude<LogLevel, "silent">): boolean;
  /** @throws TypeError for a level that is none, and the old ones stay */
  configure(options: LogLevelOptions): void;
  readonly current: LogLevelOptions;
}

/** @throws TypeError for a level that is none */
export function createLogLevels(options: LogLevelOptions = {}): LogLevels {
  let current = check(options);
  return {
    isOn: (service, level) =>
      logLevels.indexOf(current.services?.[service] ?? current.default ?? "info") <= logLevels.indexOf(level),
    configure(next) {
      current = check(next);
    },
    get current() {
      return current;
    },
  };
}

function check(options: LogLevelOptions): LogLevelOptions {
  const levels = [options.default ?? "info", ...Object.values(options.services ?? {})];
  const wrong = levels.find((level) => !logLevels.includes(level));
  if (wrong !== undefined)
    throw new TypeError(`${JSON.stringify(wrong)} is no log level; expected ${logLevels.join(", ")}.`);
  const services = Object.assign(Object.create(null) as Record<string, LogLevel>, options.services);
  return Object.freeze({ default: options.default ?? "info", services });
}
