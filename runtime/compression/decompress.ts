import { RpcError } from "../errors/rpc-error.ts";
import { type Compressor, OutputLimitError } from "./compressor.ts";
import { createTurns, type Turns } from "./turns.ts";

/** A body may grow by this factor [CMP-5], */
const maxRatio = 100;
/** plus this many bytes. */
const slackBytes = 64 * 1024;
/**
 * Compressed bodies up to this size are decompressed where they are: with {@link maxRatio} that is 2 ms at most, less than a task in
 * another thread costs on a busy machine (bench `compression`).
 */
const maxDirectBytes = 4 * 1024;

/** Decompressions outside the event loop, over all connections of the process: each may take as much memory as a message. */
export const decompressionTurns: Turns = /* @__PURE__ */ createTurns(4);

/** Bytes that a compressed body of `inputBytes` may become [CMP-5]. */
export function outputLimit(inputBytes: number, maxMessageBytes: number): number {
  return Math.min(maxMessageBytes, inputBytes * maxRatio + slackBytes);
}

/**
 * The one way from compressed to plain, for every algorithm: limited output, one layer only, few at a time. Small bodies come back at
 * once, for large ones a copy of `body` is kept and a promise returned.
 * @throws RpcError (or rejects with it) `resource_exhausted` above the limit, `invalid_argument` for data that is no valid output of the compressor
 */
export function decompress(
  compressor: Compressor,
  body: Uint8Array,
  maxMessageBytes: number,
): Uint8Array | Promise<Uint8Array> {
  const limit = outputLimit(body.length, maxMessageBytes);
  const { decompressAsync } = compressor;
  if (body.length > maxDirectBytes && decompressAsync !== undefined) {
    const kept = new Uint8Array(body);
    return decompressionTurns
      .take(() => decompressAsync(kept, limit))
      .then(
        (plain) => checked(compressor, plain, limit),
        (error: unknown) => {
          throw refusal(compressor, error, limit);
        },
      );
  }
  try {
    return checked(compressor, compressor.decompress(body, limit), limit);
  } catch (error) {
    throw refusal(compressor, error, limit);
  }
}

/** A compressor of somebody else may not keep to its contract. */
function checked(compressor: Compressor, plain: Uint8Array, limit: number): Uint8Array {
  if (plain.length > limit) throw refusal(compressor, new OutputLimitError(limit), limit);
  return plain;
}

function refusal({ name }: Compressor, error: unknown, limit: number): RpcError {
  if (RpcError.is(error)) return error;
  if (error instanceof OutputLimitError) {
    return new RpcError({
      reason: "limit_exceeded",
      message: `A message in ${name} is longer than ${limit} bytes when decompressed.`,
    });
  }
  return new RpcError({ reason: "malformed_message", message: `A body is not valid ${name}.`, cause: error });
}
