import { Reader } from "../../wire/reader.ts";
import { Writer } from "../../wire/writer.ts";

// The part of etcd's rpc.proto (v3) that is needed here. Field numbers stand in the keys: number << 3 | wire type.

const encoder = /* @__PURE__ */ new TextEncoder();
const decoder = /* @__PURE__ */ new TextDecoder();

/** One key with its value. */
export interface KeyValue {
  readonly key: string;
  readonly value: string;
  /** Revision at which it was last written. */
  readonly modRevision: number;
  /** 0: none. */
  readonly lease: bigint;
}

/** What every answer begins with. */
export interface ResponseHeader {
  readonly clusterId: bigint;
  readonly revision: number;
}

/** Changes on a watched range, or the end of the watch. */
export interface WatchResponse {
  readonly header: ResponseHeader;
  readonly isCreated: boolean;
  readonly isCanceled: boolean;
  readonly compactRevision: number;
  readonly cancelReason: string;
  readonly events: readonly { readonly isDelete: boolean; readonly kv: KeyValue }[];
}

const noHeader: ResponseHeader = Object.freeze({ clusterId: 0n, revision: 0 });
const noPair: KeyValue = Object.freeze({ key: "", value: "", modRevision: 0, lease: 0n });

function encode(write: (writer: Writer) => void): Uint8Array {
  const writer = new Writer();
  write(writer);
  return writer.finish();
}

function text(writer: Writer, key: number, value: string): void {
  if (value === "") return;
  writer.bytes(key, encoder.encode(value));
}

/** Reads the fields of a message; `read` returns false for one that it does not know. */
function fields(reader: Reader, read: (key: number) => boolean): void {
  while (reader.pos < reader.end) {
    const key = reader.tag();
    if (!read(key)) reader.skip(key);
  }
}

function nested<T>(reader: Reader, read: (reader: Reader) => T): T {
  const outer = reader.open();
  const value = read(reader);
  reader.close(outer);
  return value;
}

function readHeader(reader: Reader): ResponseHeader {
  let clusterId = 0n;
  let revision = 0;
  fields(reader, (key) => {
    if (key === 0x08) clusterId = reader.uint64();
    else if (key === 0x18) revision = reader.int53();
    else return false;
    return true;
  });
  return { clusterId, revision };
}

function readPair(reader: Reader): KeyValue {
  const pair = { ...noPair };
  fields(reader, (key) => {
    if (key === 0x0a) pair.key = decoder.decode(reader.bytes());
    else if (key === 0x18) pair.modRevision = reader.int53();
    else if (key === 0x2a) pair.value = decoder.decode(reader.bytes());
    else if (key === 0x30) pair.lease = reader.int64();
    else return false;
    return true;
  });
  return pair;
}

/** Behind every key that begins with `prefix`. */
export function endOfPrefix(prefix: string): string {
  return prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
}

/** `end` empty: one key. */
export function rangeRequest(key: string, end: string): Uint8Array {
  return encode((writer) => {
    text(writer, 0x0a, key);
    text(writer, 0x12, end);
  });
}

/** {@link rangeRequest}'s answer. */
export interface RangeResponse {
  readonly header: ResponseHeader;
  readonly kvs: readonly KeyValue[];
}

export function readRangeResponse(bytes: Uint8Array): RangeResponse {
  const reader = new Reader(bytes);
  let header = noHeader;
  const kvs: KeyValue[] = [];
  fields(reader, (key) => {
    if (key === 0x0a) header = nested(reader, readHeader);
    else if (key === 0x12) kvs.push(nested(reader, readPair));
    else return false;
    return true;
  });
  return { header, kvs };
}

export function putRequest(key: string, value: string, lease: bigint): Uint8Array {
  return encode((writer) => {
    text(writer, 0x0a, key);
    text(writer, 0x12, value);
    writer.int64(0x18, lease);
  });
}

export function leaseGrantRequest(ttlSeconds: number): Uint8Array {
  return encode((writer) => {
    writer.int53(0x08, ttlSeconds);
  });
}

/** Requests to revoke a lease and to keep it alive look alike. */
export function leaseRequest(id: bigint): Uint8Array {
  return encode((writer) => {
    writer.int64(0x08, id);
  });
}

/** Answer to granting a lease and to keeping one alive, which then has a ttl of 0 when it is gone. */
export function readLease(bytes: Uint8Array): { readonly id: bigint; readonly ttlSeconds: number } {
  const reader = new Reader(bytes);
  let id = 0n;
  let ttlSeconds = 0;
  fields(reader, (key) => {
    if (key === 0x10) id = reader.int64();
    else if (key === 0x18) ttlSeconds = reader.int53();
    else return false;
    return true;
  });
  return { id, ttlSeconds };
}

export function watchCreateRequest(key: string, end: string, startRevision: number): Uint8Array {
  return encode((writer) => {
    const mark = writer.begin(0x0a);
    text(writer, 0x0a, key);
    text(writer, 0x12, end);
    writer.int53(0x18, startRevision);
    writer.end(mark);
  });
}

export function readWatchResponse(bytes: Uint8Array): WatchResponse {
  const reader = new Reader(bytes);
  const response = { header: noHeader, isCreated: false, isCanceled: false, compactRevision: 0, cancelReason: "" };
  const events: WatchResponse["events"][number][] = [];
  fields(reader, (key) => {
    if (key === 0x0a) response.header = nested(reader, readHeader);
    else if (key === 0x18) response.isCreated = reader.bool();
    else if (key === 0x20) response.isCanceled = reader.bool();
    else if (key === 0x28) response.compactRevision = reader.int53();
    else if (key === 0x32) response.cancelReason = reader.string();
    else if (key === 0x5a) events.push(nested(reader, readEvent));
    else return false;
    return true;
  });
  return { ...response, events };
}

function readEvent(reader: Reader): WatchResponse["events"][number] {
  let isDelete = false;
  let kv = noPair;
  fields(reader, (key) => {
    if (key === 0x08) isDelete = reader.int32() === 1;
    else if (key === 0x12) kv = nested(reader, readPair);
    else return false;
    return true;
  });
  return { isDelete, kv };
}

export function authenticateRequest(user: string, password: string): Uint8Array {
  return encode((writer) => {
    text(writer, 0x0a, user);
    text(writer, 0x12, password);
  });
}

export function readToken(bytes: Uint8Array): string {
  const reader = new Reader(bytes);
  let token = "";
  fields(reader, (key) => {
    if (key === 0x12) token = reader.string();
    return key === 0x12;
  });
  return token;
}
