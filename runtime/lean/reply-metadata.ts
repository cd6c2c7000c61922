import { lazyMetadata } from "../call/metadata.ts";
import type { Metadata } from "../call/method-type.ts";
import { type Header, textOf } from "./frames.ts";

/** The metadata of a reply, decoded when it is looked at. */
export function metadataOf({ pairs }: Header): Metadata {
  return lazyMetadata(() =>
    pairs.map((pair): readonly [string, string] => {
      const keyEnd = 1 + (pair[0] ?? 0);
      return [textOf(pair.subarray(1, keyEnd)), textOf(pair.subarray(keyEnd))];
    }),
  );
}
