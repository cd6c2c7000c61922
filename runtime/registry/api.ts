import type { InstanceInfo } from "./instance-info.ts";
import { isStatus } from "./instance-info.ts";
import { InstanceError, maxAheadMs, readInstanceInfo } from "./read-instance.ts";
import type { Registry } from "./registry.ts";
import {
  type Application,
  applicationsToJson,
  applicationToJson,
  compactInstanceToJson,
  instanceToJson,
  type Json,
} from "./write-instance.ts";

/** One request to the REST API, freed of HTTP. */
export interface ApiRequest {
  readonly method: string;
  /** Segments behind `/eureka` or `/eureka/v2`, decoded: `["apps", "SHOP", "shop-1"]`. */
  readonly path: readonly string[];
  readonly query: ReadonlyMap<string, string>;
  /** From another registry: told to nobody else. */
  readonly isReplicated: boolean;
  /** Only where to find instances, and whether they are up. */
  readonly isCompact: boolean;
  /** Parsed JSON; undefined without a body. */
  readonly body: unknown;
}

/** What is answered; `json` undefined: no body. */
export interface ApiReply {
  readonly status: number;
  readonly json?: Json | undefined;
}

/** What the API serves. */
export interface ApiScope {
  readonly registry: Registry;
  /** False while a registry that was just started has not heard from its peers: it does not pretend to know of nobody. */
  readonly isReady: boolean;
  wallClock(): number;
}

const notFound: ApiReply = Object.freeze({ status: 404 });

/** The Eureka REST API. Never throws; mistakes of the caller are answered 400 with the reason. */
export function answer(request: ApiRequest, scope: ApiScope): ApiReply {
  try {
    return route(request, scope);
  } catch (error) {
    if (error instanceof InstanceError) return { status: 400, json: { error: error.message } };
    throw error;
  }
}

function route(request: ApiRequest, scope: ApiScope): ApiReply {
  const [collection, ...rest] = request.path;
  switch (collection) {
    case "apps":
      return request.method === "GET" ? readApps(rest, request, scope) : changeApps(rest, request, scope);
    case "instances":
      return request.method === "GET" && rest.length === 1 ? readInstance(rest[0] as string, request, scope) : notFound;
    case "vips":
    case "svips":
      return request.method === "GET" && rest.length === 1
        ? readVip(collection, rest[0] as string, request, scope)
        : notFound;
    case "peerreplication":
      return request.method === "POST" && rest[0] === "batch" ? replicate(request, scope) : notFound;
    case "serverinfo":
      return request.method === "GET" && rest[0] === "statusoverrides"
        ? { status: 200, json: { ...scope.registry.table.overrides } }
        : notFound;
    default:
      return notFound;
  }
}

function readApps(path: readonly string[], request: ApiRequest, { registry, isReady }: ApiScope): ApiReply {
  const { table } = registry;
  const { isCompact } = request;
  const [app, id] = path;
  if (app !== undefined && id !== undefined) return oneInstance(table.find(app, id), isCompact);
  if (!isReady) return { status: 403 };
  if (app === undefined) return applicationsReply(table.applications(), isCompact, registry);
  if (app === "delta" && path.length === 1) return changesReply(isCompact, registry);
  const application = table.application(app);
  return application === undefined
    ? notFound
    : { status: 200, json: { application: applicationToJson(application, isCompact) } };
}

function applicationsReply(applications: readonly Application[], isCompact: boolean, { table }: Registry): ApiReply {
  return { status: 200, json: applicationsToJson(applications, isCompact, table.version) };
}

/** The changes of late; the hash is that of everything, so that a client notices when it missed one. */
function changesReply(isCompact: boolean, { table }: Registry): ApiReply {
  const { applications, hash } = table.changes();
  return {
    status: 200,
    json: {
      applications: {
        versions__delta: String(table.version),
        apps__hashcode: hash,
        application: applications.map((application) => applicationToJson(application, isCompact)),
      },
    },
  };
}

function readInstance(id: string, { isCompact }: ApiRequest, { registry }: ApiScope): ApiReply {
  for (const { instances } of registry.table.applications()) {
    const found = instances.find(({ instanceId }) => instanceId === id);
    if (found !== undefined) return oneInstance(found, isCompact);
  }
  return notFound;
}

function readVip(
  kind: "vips" | "svips",
  vip: string,
  { isCompact }: ApiRequest,
  { registry, isReady }: ApiScope,
): ApiReply {
  if (!isReady) return { status: 403 };
  const member = kind === "vips" ? "vipAddress" : "secureVipAddress";
  const applications = registry.table
    .applications()
    .map(({ name, instances }) => ({
      name,
      instances: instances.filter(({ texts }) => texts[member]?.split(",").includes(vip) === true),
    }))
    .filter(({ instances }) => instances.length > 0);
  return applications.length === 0 ? notFound : applicationsReply(applications, isCompact, registry);
}

function oneInstance(info: InstanceInfo | undefined, isCompact: boolean): ApiReply {
  if (info === undefined) return notFound;
  return { status: 200, json: { instance: isCompact ? compactInstanceToJson(info) : instanceToJson(info) } };
}

function changeApps(path: readonly string[], request: ApiRequest, scope: ApiScope): ApiReply {
  const { registry } = scope;
  const { method, query, isReplicated } = request;
  const [app, id, part] = path;
  if (app === undefined || path.length > 3) return notFound;
  if (method === "POST" && id === undefined) return register(app, request, scope);
  if (id === undefined) return notFound;
  if (method === "PUT" && part === undefined) return renew(app, id, request, scope);
  if (method === "DELETE" && part === undefined) return { status: registry.cancel(app, id, isReplicated) };
  if (method === "PUT" && part === "metadata") return { status: registry.setMetadata(app, id, metadataOf(query)) };
  if (part === "status" && (method === "PUT" || method === "DELETE")) {
    const isRemoval = method === "DELETE";
    const status = query.get("value") ?? (isRemoval ? "UNKNOWN" : undefined);
    if (!isStatus(status))
      throw new InstanceError("value is no status; expected UP, DOWN, STARTING, OUT_OF_SERVICE or UNKNOWN");
    return {
      status: registry.setStatus(app, id, {
        isReplicated,
        status,
        isRemoval,
        lastDirtyTimestamp: timeIn(query, "lastDirtyTimestamp"),
        ...(isReplicated ? { overriddenTimestamp: overriddenIn(query, scope) } : {}),
      }),
    };
  }
  return notFound;
}

function register(app: string, { body, isReplicated }: ApiRequest, { registry, wallClock }: ApiScope): ApiReply {
  const info = readInstanceInfo(body, wallClock());
  if (info.app !== app)
    throw new InstanceError(`the instance is of application "${info.app}", not of "${app}" as the path says`);
  return { status: registry.register(info, isReplicated) };
}

function renew(app: string, id: string, { query, isReplicated }: ApiRequest, scope: ApiScope): ApiReply {
  const overridden = query.get("overriddenstatus");
  const value = query.get("value");
  const { status, mine } = scope.registry.renew(app, id, {
    isReplicated,
    lastDirtyTimestamp: timeIn(query, "lastDirtyTimestamp"),
    overriddenStatus: isStatus(overridden) ? overridden : undefined,
    overriddenTimestamp: overriddenIn(query, scope),
    status: isStatus(value) ? value : undefined,
  });
  return mine === undefined ? { status } : { status, json: { instance: instanceToJson(mine) } };
}

function timeIn(query: ReadonlyMap<string, string>, name: string): number | undefined {
  const text = query.get(name);
  return text !== undefined && /^\d{1,16}$/.test(text) ? Number(text) : undefined;
}

function overriddenIn(query: ReadonlyMap<string, string>, scope: ApiScope): number | undefined {
  const atMs = timeIn(query, "overriddenTimestamp");
  return atMs && Math.min(atMs, scope.wallClock() + maxAheadMs);
}

const maxMetadataEntries = 64;

function metadataOf(query: ReadonlyMap<string, string>): Readonly<Record<string, string>> {
  if (query.size > maxMetadataEntries) throw new InstanceError(`more than ${maxMetadataEntries} entries of metadata`);
  return Object.fromEntries(query);
}

const maxBatch = 1_000;

/** What a peer says happened there. A registration is always answered 200. */
function replicate({ body }: ApiRequest, scope: ApiScope): ApiReply {
  const list = (body as { replicationList?: unknown } | undefined)?.replicationList;
  if (!Array.isArray(list) || list.length > maxBatch) {
    throw new InstanceError(`replicationList is missing or longer than ${maxBatch}`);
  }
  return { status: 200, json: { responseList: list.map((item: unknown) => applyOne(item, scope)) } };
}

function applyOne(item: unknown, scope: ApiScope): Json {
  try {
    const { status, json } = applyItem(item, scope);
    return { statusCode: status, ...(json === undefined ? {} : { responseEntity: json }) };
  } catch (error) {
    return { statusCode: error instanceof InstanceError ? 400 : 500 };
  }
}

function applyItem(item: unknown, scope: ApiScope): ApiReply {
  if (typeof item !== "object" || item === null) throw new InstanceError("an item of replicationList is no object");
  const given = item as Readonly<Record<string, unknown>>;
  const query = new Map<string, string>();
  if (given.lastDirtyTimestamp !== undefined) query.set("lastDirtyTimestamp", String(given.lastDirtyTimestamp));
  if (given.overriddenStatus !== undefined) query.set("overriddenstatus", String(given.overriddenStatus));
  if (given.overriddenTimestamp !== undefined) query.set("overriddenTimestamp", String(given.overriddenTimestamp));
  if (given.status !== undefined) query.set("value", String(given.status));
  const path = ["apps", String(given.appName), String(given.id)];
  const request = { path, query, isReplicated: true, isCompact: false, body: undefined };
  switch (given.action) {
    case "Register":
      answerOrThrow({ ...request, method: "POST", path: path.slice(0, 2), body: given.instanceInfo }, scope);
      return { status: 200 };
    case "Heartbeat":
      return route({ ...request, method: "PUT" }, scope);
    case "Cancel":
      return route({ ...request, method: "DELETE" }, scope);
    case "StatusUpdate":
      return route({ ...request, method: "PUT", path: [...path, "status"] }, scope);
    case "DeleteStatusOverride":
      return route({ ...request, method: "DELETE", path: [...path, "status"] }, scope);
    default:
      throw new InstanceError("an action of replicationList is not known");
  }
}

function answerOrThrow(request: ApiRequest, scope: ApiScope): void {
  const { status } = route(request, scope);
  if (status >= 500) throw new Error(`the registry is full`);
}
