import { RpcError } from "../errors/rpc-error.ts";
import { smallestLent } from "./lent-memory.ts";
import { Writer } from "./writer.ts";

/**
 * The writer that waits for the next call. It is a cache, not state: whoever takes it leaves `undefined`, so that an
 * encoding that runs inside another (from a getter, say) makes a writer of its own.
 */
let spare: Writer | undefined;

/**
 * Encodes one message with a pooled writer. Its bytes are not written to again, but a small message may share its `buffer` with
 * others, as small Buffers of Node do.
 *
 * @throws RpcError `invalid_argument` that names the message and the numbers of the fields that lead to the wrong value
 */
export function encodeWith<Init>(
  typeName: string,
  write: (writer: Writer, value: Init) => void,
  value: Init,
): Uint8Array {
  const writer = spare ?? new Writer();
  spare = undefined;
  writer.reset();
  let encoded: Uint8Array;
  try {
    write(writer, value);
    encoded = writer.finish();
  } catch (error) {
    spare = writer;
    throw located(error, typeName, writer.fieldPath());
  }
  spare = writer;
  return encoded;
}

/** Views up to this length are kept for the next message that is as long. */
const largestKeptView = 512;

/** The writer of lent messages: they all begin where its buffer begins. Taken as `spare` is. */
let lender: Writer | undefined;

/** Views of the buffer `viewed`, by length: most messages have one of a few lengths, and a view costs as much as writing it did. */
let views: (Uint8Array | undefined)[] = [];
let viewed: Uint8Array | undefined;

/**
 * As {@link encodeWith} for who copies the bytes of a small message at once, for they lie in memory that the next encoding uses again, and gives those of a
 * large one back (`giveBack`) once they are not needed. Saves a piece of memory per message (bench `calls`).
 */
export function encodeLent<Init>(
  typeName: string,
  write: (writer: Writer, value: Init) => void,
  value: Init,
): Uint8Array {
  const writer = lender ?? new Writer(undefined, true);
  lender = undefined;
  writer.reset();
  let encoded: Uint8Array;
  try {
    write(writer, value);
    encoded = writer.start === 0 && writer.pos <= smallestLent ? viewOf(writer.buffer, writer.pos) : writer.finish();
  } catch (error) {
    lender = writer;
    throw located(error, typeName, writer.fieldPath());
  }
  lender = writer;
  return encoded;
}

function viewOf(buffer: Uint8Array, length: number): Uint8Array {
  if (length > largestKeptView) return buffer.subarray(0, length);
  if (viewed !== buffer) {
    viewed = buffer;
    views = new Array<Uint8Array | undefined>(largestKeptView + 1).fill(undefined);
  }
  return (views[length] ??= buffer.subarray(0, length));
}

function located(error: unknown, typeName: string, path: readonly number[]): unknown {
  if (!RpcError.is(error)) return error;
  const place = path.length === 0 ? typeName : `${typeName}, field ${path.join(" > ")}`;
  return new RpcError({
    code: error.code,
    reason: error.reason,
    message: `${place}: ${error.message}`,
    cause: error.cause,
  });
}
