import type { CallInfo } from "../call/context.ts";
import type { DeclaredError } from "../call/declared-error.ts";
import type { MethodType } from "../call/method-type.ts";
import type { RpcError } from "../errors/rpc-error.ts";
import type { LogLevels } from "./log-levels.ts";
import { escapeText } from "./safe-text.ts";

/** Bodies in an access log. */
export interface BodyOptions {
  /** Services and methods whose bodies are written: `*`, `shop.v1.Orders`, `shop.v1.Orders/Get`. Default: `*`. */
  readonly methods?: readonly string[] | undefined;
  /** Most bytes of a request, a reply, or all items of a stream; what is above is cut, and the line says so. Default: 1,024. */
  readonly maxBytes?: number | undefined;
}

/** The bodies of one call, as text. */
export interface CallBodies {
  request(value: unknown): void;
  reply(value: unknown): void;
  /** What goes into the line. */
  fields(error: RpcError | undefined): Readonly<Record<string, string>>;
}

/** What stands in a log in place of `@sensitive` fields. */
const mark = "***";

/**
 * Keeps the bodies of calls whose line is to have them; undefined for others. They are written while the level of their service is `trace`.
 * @throws TypeError or RangeError for options that cannot work
 */
export function createBodies(
  { methods = ["*"], maxBytes = 1_024 }: BodyOptions,
  levels: LogLevels,
): (call: CallInfo) => CallBodies | undefined {
  if (!Number.isInteger(maxBytes) || maxBytes < 1) {
    throw new RangeError(`bodies.maxBytes is ${String(maxBytes)}; expected a whole number above 0.`);
  }
  for (const name of methods) checkName(name);
  const names: ReadonlySet<string> = new Set(methods);
  return ({ method }) => {
    const isNamed = names.has("*") || names.has(method.service) || names.has(method.path.slice(1));
    return isNamed && levels.isOn(method.service, "trace") ? bodiesOf(method, maxBytes) : undefined;
  };
}

function checkName(name: string): void {
  if (/^(?:\*|[A-Za-z_][\w.]*(?:\/[A-Za-z_]\w*)?)$/.test(name)) return;
  throw new TypeError(
    `bodies.methods holds ${JSON.stringify(name)}; write "*", a service ("shop.v1.Orders") or a method ("shop.v1.Orders/Get").`,
  );
}

type Type = Pick<MethodType["request"], "toJson">;

function bodiesOf(method: MethodType, maxBytes: number): CallBodies {
  const { kind, oneway } = method;
  const requests = createBody(method.request, kind === "client_stream" || kind === "bidi_stream", maxBytes);
  const replies = createBody(method.response, kind === "server_stream" || kind === "bidi_stream", maxBytes);
  return {
    request: (value) => requests.add(value),
    reply: (value) => (oneway ? undefined : replies.add(value)),
    fields(error) {
      const [request, reply, data] = [requests.text(), replies.text(), dataOf(method, error, maxBytes)];
      return {
        ...(request === undefined ? {} : { request }),
        ...(reply === undefined ? {} : { reply }),
        ...(data === undefined ? {} : { errorData: data }),
      };
    },
  };
}

interface Body {
  /** Turns a message into text at once: whoever passed it may change it afterwards. */
  add(value: unknown): void;
  /** Undefined when there was no message. */
  text(): string | undefined;
}

function createBody(type: Type, isStream: boolean, maxBytes: number): Body {
  let items = 0;
  let kept = "";
  return {
    add(value) {
      items++;
      // What would be cut anyway is not turned into text; a character has a byte at least.
      if (kept.length <= maxBytes) kept += (items > 1 ? "," : "") + jsonText(type, value);
    },
    text() {
      if (isStream) return cut(`[${kept}]`, maxBytes, `${items} items`);
      return items === 0 ? undefined : cut(kept, maxBytes);
    },
  };
}

/** What a declared error carries, through the type that its method declares. */
function dataOf({ errors }: MethodType, error: RpcError | undefined, maxBytes: number): string | undefined {
  if (error?.reason !== "declared") return undefined;
  const { typeName, data } = error as DeclaredError;
  const type = errors.find((each) => each.typeName === typeName);
  return type && cut(jsonText(type.data, data), maxBytes);
}

/** Nothing of a message that cannot be written gets into the log: the error could quote it. */
function jsonText(type: Type, value: unknown): string {
  try {
    return escapeText(JSON.stringify(type.toJson(value, { redact: mark })));
  } catch {
    return '"(not a valid message)"';
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function cut(text: string, maxBytes: number, whole?: string): string {
  const bytes = encoder.encode(text);
  if (bytes.length <= maxBytes) return text;
  // A character that was cut in two is left out.
  const start = decoder.decode(bytes.subarray(0, maxBytes)).replace(/\ufffd+$/, "");
  return `${start}… (cut: ${whole ?? `${bytes.length} bytes`})`;
}
