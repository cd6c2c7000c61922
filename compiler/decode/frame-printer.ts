import type { MethodDescriptor } from "@rpcgen/runtime/descriptor";
import {
  createLimits,
  FrameFlag,
  FrameKind,
  FrameReader,
  HeaderReader,
  HeaderTag,
  parseOption,
} from "@rpcgen/runtime/protocol";
import { hexOf, offsetOf, readBody } from "./body.ts";
import { DecodeError } from "./decode-error.ts";
import { decompress } from "./decompress.ts";
import { type Detail, headerDetails, headOf, printable } from "./frame-text.ts";
import { messageName, type SchemaIndex } from "./schema-index.ts";
import { printValue } from "./shown.ts";

/** What both directions of a connection share. */
export interface Conversation {
  readonly schema: SchemaIndex | undefined;
  /** Method of calls whose request was not seen. */
  readonly method: MethodDescriptor | undefined;
  /** Methods of the calls seen so far, by id. */
  readonly calls: Map<string, MethodDescriptor>;
  print(text: string): void;
  /** Something is broken at an offset of this direction. */
  fail(message: string): void;
}

/** Prints one direction of a connection as its bytes come. */
export interface FramePrinter {
  push(bytes: Uint8Array): void;
  /** No more bytes. */
  end(): void;
}

/** As wide as a tool may be: what a peer would refuse is shown nevertheless. */
const limits = createLimits({ maxFrameBytes: 16 * 1024 * 1024, maxHeaderBytes: 65_535 });
const labelWidth = 16;
const indent = "        ";
const utf8 = new TextDecoder();
const lineFeed = 0x0a;
const openingBrace = 0x7b;
const ignorableKind = 0x80;

/** A printer. `isClient` says whose bytes these are; undefined: whoever sends requests is the client. */
export function createFramePrinter(conversation: Conversation, isClient?: boolean): FramePrinter {
  const { schema, calls, print } = conversation;
  const header = new HeaderReader(limits);
  const chunks = new Map<string, Chunked>();
  let offset = 0;
  let isStopped = false;
  let optionBytes: Uint8Array | undefined = new Uint8Array(0);
  let sentBy = isClient;
  /** Whether `header` holds the header of the frame at hand. */
  let isReadable = false;
  const reader = new FrameReader({ onFrame, onFault }, limits);

  function fail(at: number, message: string): void {
    conversation.fail(`offset 0x${at.toString(16)}: ${message}`);
  }

  function onFault({ message }: { readonly message: string }): void {
    isStopped = true;
    fail(offset, message);
  }

  function onFrame(frame: FrameReader): void {
    const start = offset;
    offset += frame.frameBytes;
    if (frame.kind === FrameKind.request) sentBy = true;
    const verdict = header.read(frame.bytes, frame.headerStart, frame.bodyStart);
    isReadable = verdict !== "malformed" && frame.kind <= FrameKind.goaway;
    const entries = isReadable ? headerDetails(frame, schema) : rawHeader(frame);
    if (isReadable && frame.kind === FrameKind.request) noteCall(frame);
    const problems: [number, string][] = [];
    const body = bodyDetails(frame, start, problems);
    print(block(start, headOf(frame), [...entries, ...body]));
    if (verdict !== "ok" && frame.kind <= FrameKind.goaway) fail(start + 20, `the header is ${headerFaults[verdict]}`);
    for (const [at, message] of problems) fail(at, message);
  }

  function noteCall(frame: FrameReader): void {
    const path = header.text(HeaderTag.methodPath);
    const method = schema?.method(header.methodId) ?? (path === undefined ? undefined : schema?.methodsByName(path)[0]);
    if (method !== undefined) calls.set(keyOf(frame), method);
  }

  function bodyDetails(frame: FrameReader, start: number, problems: [number, string][]): readonly Detail[] {
    const bytes = frame.body();
    const key = `${frame.kind} ${keyOf(frame)}`;
    const before = chunks.get(key);
    const type = before?.type ?? typeOf(frame);
    if ((frame.flags & FrameFlag.moreFollows) !== 0) {
      chunks.set(key, { parts: [...(before?.parts ?? []), bytes.slice()], type });
      return [["chunk", hexOf(bytes)]];
    }
    chunks.delete(key);
    const whole = before === undefined ? bytes : Buffer.concat([...before.parts, bytes]);
    const bodyStart = before === undefined ? start + frame.frameBytes - bytes.length : undefined;
    return whole.length === 0 && !isMessage(frame)
      ? []
      : [["body", bodyText(frame, { bytes: whole, start: bodyStart, type }, problems)]];
  }

  function bodyText(frame: FrameReader, body: Body, problems: [number, string][]): string {
    const { start, type } = body;
    const compressor = frame.kind >= ignorableKind ? 0 : frame.flags & FrameFlag.compressorMask;
    try {
      const bytes = decompress(body.bytes, compressor);
      if (bytes === undefined) return hexOf(body.bytes);
      if (frame.serialization === 2 || frame.kind === FrameKind.settings) return printable(utf8.decode(bytes));
      if (schema === undefined || type === undefined || frame.serialization !== 1)
        return bytes.length === 0 ? "{}" : hexOf(bytes);
      return printValue(readBody(bytes, type, schema), indent + " ".repeat(labelWidth));
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      const at = offsetOf(error);
      const name = type === undefined ? "" : `${type}: `;
      const isApart = start === undefined || compressor !== 0;
      const where = isApart ? `byte ${at} of the whole message that ends here, ` : "";
      problems.push([isApart ? offset : start + at, `${where}${name}${error.message}`]);
      return hexOf(body.bytes);
    }
  }

  /** The message that a body holds; undefined when nothing says. */
  function typeOf(frame: FrameReader): string | undefined {
    if (frame.kind === FrameKind.error) return isReadable ? header.text(HeaderTag.errorType) : undefined;
    const method = calls.get(keyOf(frame)) ?? conversation.method;
    if (method === undefined) return undefined;
    const isRequest = frame.kind === FrameKind.request || (frame.kind === FrameKind.item && sentBy === true);
    return messageName(isRequest ? method.request : method.response);
  }

  function takeOption(bytes: Uint8Array): Uint8Array {
    const all = Buffer.concat([optionBytes ?? new Uint8Array(0), bytes]);
    const end = all.indexOf(lineFeed);
    if (all[0] !== openingBrace || end >= 0) optionBytes = undefined;
    else optionBytes = all;
    if (all[0] !== openingBrace) return all;
    if (end < 0) return new Uint8Array(0);
    print(
      block(0, `Option · ${end + 1} bytes`, []) +
        `${indent}${printable(withoutToken(utf8.decode(all.subarray(0, end))))}\n`,
    );
    const option = parseOption(all.subarray(0, end));
    if (typeof option === "string") fail(0, option);
    offset = end + 1;
    return all.subarray(end + 1);
  }

  return {
    push(bytes) {
      const frames = optionBytes === undefined ? bytes : takeOption(bytes);
      if (!isStopped && frames.length > 0) reader.push(frames);
    },
    end() {
      if (isStopped) return;
      if (optionBytes !== undefined && optionBytes.length > 0) fail(0, "the data ends inside an Option");
      else if (reader.isPartial) fail(offset, "the data ends inside the frame that begins here");
    },
  };
}

/** A message of which some chunks have come. */
interface Chunked {
  readonly parts: readonly Uint8Array[];
  /** The message that it is, by the header of the first. */
  readonly type: string | undefined;
}

/** A whole body, with its offset where it stands in one frame. */
interface Body {
  readonly bytes: Uint8Array;
  readonly start: number | undefined;
  readonly type: string | undefined;
}

/** True when a body of no bytes is a message of no bytes. */
function isMessage({ kind, serialization, flags }: FrameReader): boolean {
  if (serialization !== 1 || kind > FrameKind.item || kind === FrameKind.error) return false;
  return kind !== FrameKind.request || (flags & FrameFlag.endOfStream) !== 0;
}

const headerFaults = {
  malformed: "malformed: not a run of tag, length and value, or a value of the wrong size",
  unsupported: "not for us: it has a tag that may not be skipped",
  metadata_limit: "too large: it has more metadata than allowed",
  metadata_invalid: "wrong: a key or value of its metadata has characters that are not allowed",
} as const;

/** Tokens are for the server alone [AUT-1]: output like this ends up in tickets. */
function withoutToken(option: string): string {
  return option.replaceAll(/("Token"\s*:\s*")(?:[^"\\]|\\.)*"/gu, '$1(hidden)"');
}

function keyOf({ idHigh, idLow }: FrameReader): string {
  return `${idHigh} ${idLow}`;
}

function rawHeader({ bytes, headerStart, bodyStart }: FrameReader): readonly Detail[] {
  return bodyStart === headerStart ? [] : [["header", hexOf(bytes.subarray(headerStart, bodyStart))]];
}

function block(offset: number, head: string, details: readonly Detail[]): string {
  const lines = details.map(([label, value]) => `${indent}${label.padEnd(labelWidth)}${value}\n`);
  return `${offset.toString(16).padStart(6, "0")}  ${head}\n${lines.join("")}`;
}
