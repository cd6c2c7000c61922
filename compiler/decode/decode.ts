import type { MethodDescriptor, SchemaDescriptor } from "@rpcgen/runtime/descriptor";
import { fixedBytes } from "@rpcgen/runtime/protocol";
import { isCapture, packetsOf } from "./capture-file.ts";
import { DecodeError } from "./decode-error.ts";
import { type Conversation, createFramePrinter, type FramePrinter } from "./frame-printer.ts";
import { bytesOfHexDump } from "./hex-dump.ts";
import { createSchemaIndex, type SchemaIndex } from "./schema-index.ts";
import { createReassembly, type Segment, segmentOf } from "./tcp.ts";

/** What to decode with. */
export interface DecodeOptions {
  readonly schema?: SchemaDescriptor | undefined;
  /** Path of the method, or its end, of calls whose request is not in the input. */
  readonly method?: string | undefined;
}

/** Frames as text, and what was broken. */
export interface Decoded {
  readonly text: string;
  readonly errors: readonly string[];
}

/**
 * Prints the frames in a capture file (pcap, pcapng), a hex dump, or bytes as they are. Frames before something broken are printed.
 * @throws DecodeError for input that is none of these, and for a method that the schema does not have
 */
export function decode(input: Uint8Array, options: DecodeOptions = {}): Decoded {
  const parts: string[] = [];
  const errors: string[] = [];
  const schema = options.schema === undefined ? undefined : createSchemaIndex(options.schema);
  const method = options.method === undefined ? undefined : methodOf(options.method, schema);
  const create = (): Conversation => ({
    schema,
    method,
    calls: new Map(),
    print: (text) => void parts.push(text),
    fail: (message) => void errors.push(message),
  });
  if (isCapture(input)) decodeCapture(input, create);
  else decodeBytes(isRaw(input) ? input : bytesOfHexDump(new TextDecoder().decode(input)), create());
  if (parts.length === 0 && errors.length === 0) errors.push(isCapture(input) ? noneInCapture : noneInInput);
  return { text: parts.join(""), errors };
}

const noneInCapture =
  "the capture holds no frames: nothing in it begins with an Option or a frame. Over TLS and WebSockets they cannot be read";
const noneInInput = "the input holds no frames; expected a capture file (pcap, pcapng), a hex dump, or their bytes";

/** The method that is named. @throws DecodeError unless the schema has one of that name */
function methodOf(name: string, schema: SchemaIndex | undefined): MethodDescriptor | undefined {
  const [method, ...more] = schema?.methodsByName(name) ?? [];
  if (method !== undefined && more.length === 0) return method;
  const names = (method === undefined ? (schema?.methods ?? []) : [method, ...more]).map(({ path }) => path.slice(1));
  const listed = names.length > 8 ? `${names.slice(0, 8).join(", ")} and ${names.length - 8} more` : names.join(", ");
  const fault = method === undefined ? "no method" : "more than one method";
  throw new DecodeError(`the schema has ${fault} ${name}; it has ${listed === "" ? "none at all" : listed}`);
}

/** True for bytes that begin an Option or a frame. */
function isRaw(input: Uint8Array): boolean {
  return input[0] === 0x7b || (input[0] === 0x3b && input[1] === 0xef);
}

/** True for bytes that can hardly be anything else than the beginning of a frame. */
function isFrame(input: Uint8Array): boolean {
  return input[0] === 0x3b && input[1] === 0xef && input[2] === 1 && input.length >= fixedBytes;
}

function decodeBytes(bytes: Uint8Array, conversation: Conversation): void {
  const printer = createFramePrinter(conversation);
  printer.push(bytes);
  printer.end();
}

/** One side of a TCP connection. */
interface Direction {
  readonly name: string;
  readonly printer: FramePrinter;
  readonly reassembly: ReturnType<typeof createReassembly>;
  readonly conversation: Conversation;
  /** Whether an Option or a frame has begun. */
  isOurs: boolean;
  /** Whether anything has come. */
  isBegun: boolean;
}

function decodeCapture(input: Uint8Array, create: () => Conversation): void {
  const directions = new Map<string, Direction>();
  let last = "";
  const show = (name: string, text: string, print: (text: string) => void): void => {
    print(name === last ? text : `${last === "" ? "" : "\n"}${name}\n${text}`);
    last = name;
  };
  try {
    for (const packet of packetsOf(input)) {
      const segment = segmentOf(packet);
      if (segment === undefined || (segment.data.length === 0 && !segment.isFirst)) continue;
      readSegment(segment, directionOf(segment, directions, create, show));
    }
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    create().fail(error.message);
  }
  for (const { isOurs, printer, reassembly, conversation } of directions.values()) {
    if (!isOurs) continue;
    if (reassembly.missing) conversation.fail(missingPackets);
    else printer.end();
  }
}

const missingPackets = "packets are missing or not whole (capture with tcpdump -s 0); what follows them was not read";

function readSegment(segment: Segment, direction: Direction): void {
  for (const bytes of direction.reassembly.push(segment)) {
    // A capture may begin in the middle of a connection, and of a frame.
    direction.isOurs ||= direction.isBegun ? isFrame(bytes) : isRaw(bytes);
    direction.isBegun = true;
    if (direction.isOurs) direction.printer.push(bytes);
  }
}

function directionOf(
  { source, target }: Segment,
  directions: Map<string, Direction>,
  create: () => Conversation,
  show: (name: string, text: string, print: (text: string) => void) => void,
): Direction {
  const name = `${source} -> ${target}`;
  const known = directions.get(name);
  if (known !== undefined) return known;
  const other = directions.get(`${target} -> ${source}`);
  const base = create();
  const conversation: Conversation = {
    ...base,
    calls: other?.conversation.calls ?? base.calls,
    print: (text) => show(name, text, base.print),
    fail: (message) => base.fail(`${name}: ${message}`),
  };
  const printer = createFramePrinter(conversation);
  const direction = { name, printer, reassembly: createReassembly(), conversation, isOurs: false, isBegun: false };
  directions.set(name, direction);
  return direction;
}
