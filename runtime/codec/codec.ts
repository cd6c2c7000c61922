import type { MessageType } from "./message-type.ts";

/** How messages become bytes on a connection. Both ends agree on one by its id. */
export interface Codec {
  /** Number in the connection's option. */
  readonly id: number;
  readonly name: string;
  /** @throws RpcError `invalid_argument` for values that the schema's types exclude */
  encode<T, Init>(type: MessageType<T, Init>, value: Init): Uint8Array;
  /** The bytes must not be written to afterwards: the value may share memory with them. @throws RpcError `invalid_argument` */
  decode<T, Init>(type: MessageType<T, Init>, bytes: Uint8Array): T;
}
