import type { SchemaDescriptor } from "@rpcgen/runtime/descriptor";
import { isCapture, packetsOf } from "./capture-file.ts";
import { DecodeError } from "./decode-error.ts";
import { type Conversation, createFramePrinter, type FramePrinter } from "./frame-printer.ts";
import { bytesOfHexDump } from "./hex-dump.ts";
import { createSchemaIndex } from "./schema-index.ts";
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
  const method = options.method === undefined ? undefined : schema?.methodByName(options.method);
  if (options.method !== undefined && method === undefined)
    throw new DecodeError(`the schema has no method ${options.method}`);
  const create = (): Conversation => ({
    schema,
    method,
    calls: new Map(),
    print: (text) => void parts.push(text),
    fail: (message) => void errors.push(message),
  });
  if (isCapture(input)) decodeCapture(input, create);
  else decodeBytes(isRaw(input) ? input : bytesOfHexDump(new TextDecoder().decode(input)), create());
  if (parts.length === 0 && errors.length === 0) errors.push("the input holds no frames");
  return { text: parts.join(""), errors };
}

/** True for bytes that begin an Option or a frame. */
function isRaw(input: Uint8Array): boolean {
  return input[0] === 0x7b || (input[0] === 0x3b && input[1] === 0xef);
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
  isOurs: boolean | undefined;
}

function decodeCapture(input: Uint8Array, create: () => Conversation): void {
  const directions = new Map<string, Direction>();
  let last = "";
  for (const packet of packetsOf(input)) {
    const segment = segmentOf(packet);
    if (segment === undefined || (segment.data.length === 0 && !segment.isFirst)) continue;
    const direction = directionOf(segment, directions, create, (name, text, print) => {
      print(name === last ? text : `${last === "" ? "" : "\n"}${name}\n${text}`);
      last = name;
    });
    for (const bytes of direction.reassembly.push(segment)) {
      direction.isOurs ??= isRaw(bytes);
      if (direction.isOurs) direction.printer.push(bytes);
    }
  }
  for (const { isOurs, printer, reassembly, conversation, name } of directions.values()) {
    if (isOurs !== true) continue;
    if (reassembly.missing) conversation.fail(`${name}: packets are missing from the capture`);
    else printer.end();
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
    fail: (message) => base.fail(message.startsWith(name) ? message : `${name}: ${message}`),
  };
  const printer = createFramePrinter(conversation);
  const direction = { name, printer, reassembly: createReassembly(), conversation, isOurs: undefined };
  directions.set(name, direction);
  return direction;
}
