import { request as httpRequest } from "node:http";
import type { SendBatch } from "./peer.ts";
import type { InstanceInfo } from "./instance-info.ts";
import type { InstanceCopy } from "./registry.ts";
import { InstanceError, readInstanceInfo } from "./read-instance.ts";

/** Settings of {@link exchange}. */
export interface ExchangeOptions {
  readonly method: "GET" | "POST";
  readonly body?: unknown;
  /** Milliseconds for the whole. */
  readonly timeoutMs: number;
}

/**
 * With what a registry tells its peers of its leases: what its clock says. Those of Eureka do not send it, and answer from caches, so that their leases
 * would look older than they are.
 */
export const leaseClockHeader = "x-rpcgen-lease-clock";

const maxAnswerBytes = 64 * 1024 * 1024;

/**
 * One request to a peer.
 * @throws Error when it cannot be reached, does not answer in time, or answers what is no JSON
 */
export function exchange(
  url: string,
  options: ExchangeOptions,
): Promise<{ readonly status: number; readonly body: unknown; readonly leaseClockMs: number | undefined }> {
  const { method, body, timeoutMs } = options;
  const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
  return new Promise((resolve, reject) => {
    const target = new URL(url);
    const outgoing = httpRequest(
      {
        host: target.hostname.replace(/^\[|\]$/g, ""),
        port: target.port,
        path: target.pathname,
        method,
        ...(target.username === ""
          ? {}
          : { auth: `${decodeURIComponent(target.username)}:${decodeURIComponent(target.password)}` }),
        signal: AbortSignal.timeout(timeoutMs),
        headers: {
          accept: "application/json",
          "x-netflix-discovery-replication": "true",
          ...(payload === undefined ? {} : { "content-type": "application/json", "content-length": payload.length }),
        },
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        let size = 0;
        incoming.on("data", (chunk: Buffer) => {
          size += chunk.length;
          if (size > maxAnswerBytes) incoming.destroy(new Error(`the answer is longer than ${maxAnswerBytes} bytes`));
          else chunks.push(chunk);
        });
        incoming.on("error", reject);
        incoming.on("end", () => {
          const text = Buffer.concat(chunks).toString();
          Promise.resolve(text)
            .then((found): unknown => (found === "" ? undefined : JSON.parse(found)))
            .then((read) => {
              const leaseClockMs = Number(incoming.headers[leaseClockHeader] ?? NaN);
              resolve({
                status: incoming.statusCode ?? 0,
                body: read,
                leaseClockMs: Number.isSafeInteger(leaseClockMs) ? leaseClockMs : undefined,
              });
            })
            .catch(reject);
        });
      },
    );
    outgoing.on("error", reject);
    outgoing.end(payload);
  });
}

/** Carries batches to the peer at `url`, the base of its API: `http://host:8761/eureka`. */
export function httpSender(url: string, timeoutMs: number): SendBatch {
  const batch = `${url.replace(/\/+$/, "")}/peerreplication/batch/`;
  return (body) => exchange(batch, { method: "POST", body, timeoutMs });
}

/** All instances that the peer has. Those that cannot be read are left out. @throws Error when it cannot be asked, or is not ready */
export async function fetchInstances(url: string, timeoutMs: number, nowMs: number): Promise<InstanceCopy[]> {
  const asked = await exchange(`${url.replace(/\/+$/, "")}/apps`, { method: "GET", timeoutMs });
  const { status, body, leaseClockMs } = asked;
  if (status !== 200) throw new Error(`${new URL(url).host} answered ${status}`);
  const applications = listOf(
    (body as { applications?: { application?: unknown } } | undefined)?.applications?.application,
  );
  return applications.flatMap((application) =>
    listOf((application as { instance?: unknown } | null)?.instance).flatMap((instance) =>
      readable(instance, nowMs).map((info) => copyOf(info, leaseClockMs)),
    ),
  );
}

/** @param leaseClockMs the clock by which the lease was renewed, now; without it the lease begins anew */
export function copyOf(info: InstanceInfo, leaseClockMs: number | undefined): InstanceCopy {
  const { lastRenewalTimestamp } = info.leaseInfo;
  const isDated = leaseClockMs !== undefined && lastRenewalTimestamp > 0;
  return { info, ageMs: isDated ? Math.max(0, leaseClockMs - lastRenewalTimestamp) : 0 };
}

function readable(instance: unknown, nowMs: number): readonly InstanceInfo[] {
  try {
    return [readInstanceInfo(instance, nowMs)];
  } catch (error) {
    if (error instanceof InstanceError) return [];
    throw error;
  }
}

/** Writers of the format leave the list away around a single item. */
function listOf(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}
