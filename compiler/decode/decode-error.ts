/** Input that cannot be read; the message says where and what. */
export class DecodeError extends Error {
  override readonly name = "DecodeError";
}
