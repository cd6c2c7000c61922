import { Agent, type IncomingMessage, request } from "node:http";
import { Agent as TlsAgent, request as tlsRequest } from "node:https";
import type { Target } from "../target.ts";

/** One request to a registry. */
export interface HttpCall {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Below the base: `/apps/SHOP`. */
  readonly path: string;
  readonly body?: unknown;
  readonly signal: AbortSignal;
}

/** What came back. */
export interface HttpAnswer {
  readonly status: number;
  /** Undefined without a body, or for one that is no JSON. */
  readonly body: unknown;
}

/** The registries of a target: calls go to one that answered last, and to the next when it does not. */
export interface EurekaServers {
  /** Sends the call to one server after the other until one answers with less than 500. @throws Error of the last one */
  call(call: HttpCall): Promise<HttpAnswer>;
  /** Opens a long answer at one server; the next call goes to another when this one fails. */
  open(path: string, signal: AbortSignal): Promise<IncomingMessage>;
  close(): void;
}

const defaultPort = 8761;
const maxBodyBytes = 64 * 1024 * 1024;

/** @param base path of the API at each server: `/eureka` */
export function createServers(target: Target, base: string, isTls: boolean): EurekaServers {
  const agent = isTls
    ? new TlsAgent({ keepAlive: true, maxSockets: 4 })
    : new Agent({ keepAlive: true, maxSockets: 4 });
  const servers = target.authorities.map(placeOf);
  const { credentials } = target;
  const auth = credentials === undefined ? {} : { auth: `${credentials.user}:${credentials.password}` };
  let current = 0;

  function send({ method, path, body, signal }: HttpCall, server: Place): Promise<IncomingMessage> {
    const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    return new Promise((resolve, reject) => {
      const outgoing = (isTls ? tlsRequest : request)(
        {
          ...server,
          ...auth,
          agent,
          method,
          path: `${base}${path}`,
          signal,
          headers: {
            accept: "application/json",
            ...(payload === undefined ? {} : { "content-type": "application/json", "content-length": payload.length }),
          },
        },
        resolve,
      );
      outgoing.on("error", reject);
      outgoing.end(payload);
    });
  }

  const next = (): void => void (current = (current + 1) % servers.length);

  async function call(given: HttpCall): Promise<HttpAnswer> {
    let failure: unknown;
    for (const _ of servers) {
      if (given.signal.aborted) break;
      try {
        const incoming = await send(given, servers[current] as Place);
        const text = await readText(incoming);
        const status = incoming.statusCode ?? 0;
        if (status < 500) return { status, body: parsed(text) };
        failure = new Error(`${nameOf(servers[current] as Place)} answered ${status}.`);
      } catch (error) {
        failure = error;
      }
      next();
    }
    throw given.signal.aborted ? given.signal.reason : failure;
  }

  return {
    call,
    async open(path, signal) {
      const server = servers[current] as Place;
      next();
      const incoming = await send({ method: "GET", path, signal }, server);
      if (incoming.statusCode === 200) return incoming;
      incoming.destroy();
      throw new Error(`${nameOf(server)} answered ${incoming.statusCode} to ${path}.`);
    },
    close: () => agent.destroy(),
  };
}

interface Place {
  readonly host: string;
  readonly port: number;
}

function placeOf(authority: string): Place {
  const match = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(authority);
  return { host: match?.[1] ?? match?.[2] ?? authority, port: Number(match?.[3] ?? defaultPort) };
}

function nameOf({ host, port }: Place): string {
  return `${host}:${port}`;
}

async function readText(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBodyBytes) throw new Error(`The registry's answer is longer than ${maxBodyBytes} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function parsed(text: string): unknown {
  try {
    return text === "" ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
