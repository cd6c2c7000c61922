import { RpcError } from "../errors/rpc-error.ts";

/**
 * Bytes of memory that each list item, map entry and nested message counts for: what an object of five fields takes, or a short string with its place
 * in a list. Generated code adds what a message takes beyond that.
 */
export const elementBytes = 64;
/** Of a packed list: a place, and a bigint in it. */
export const packedBytes = 32;
/** A typed array, whatever it holds. */
export const arrayBytes = 184;

const leastBytes = 64 * 1024 * 1024;
const factor = 16;
const mostBytes = 2 ** 31 - 1;

/** Bytes of memory that a message of so many bytes may take, beside those: always a number that V8 keeps in place (bench codec: tiny). */
export function memoryFor(wireBytes: number): number {
  return wireBytes * factor <= leastBytes ? leastBytes : Math.min(factor * wireBytes, mostBytes) | 0;
}

/** The error of a message, named by `subject`, that takes more than `most` bytes of memory. */
export function takesTooMuch(subject: string, most: number): RpcError {
  const mebibytes = Math.floor(most / 1_048_576);
  return new RpcError({ reason: "limit_exceeded", message: `${subject} takes more than ${mebibytes} MiB of memory` });
}
