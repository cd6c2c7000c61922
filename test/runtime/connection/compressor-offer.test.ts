import { expect, test } from "vitest";
import type { Compressor } from "../../../runtime/compression/compressor.ts";
import { CompressorOffer } from "../../../runtime/connection/compressor-offer.ts";

const make = (id: number, name: string): Compressor => ({
  id,
  name,
  compress: (bytes) => bytes,
  decompress: (bytes) => bytes,
});
const ours = [make(4, "zstd"), make(1, "gzip"), make(9, "mine")];

test("who reads no compressor offers none and uses none", () => {
  const offer = new CompressorOffer();
  offer.onPeer(["gzip", "zstd"]);
  expect([offer.toOption(), offer.peerReads, offer.reads(1), offer.reads(0)]).toEqual([{}, [], false, false]);
});

test("who reads some offers their names, best first, and reads those", () => {
  const offer = new CompressorOffer(ours);
  expect(offer.toOption()).toEqual({ compressors: ["zstd", "gzip", "mine"] });
  expect([0, 1, 2, 4, 9].filter((id) => offer.reads(id))).toEqual([1, 4, 9]);
});

test.each([
  [undefined, []],
  [[], []],
  [["br", "toString", ""], []],
  [
    ["mine", "br", "gzip"],
    [9, 1],
  ],
  [
    ["gzip", "zstd", "mine"],
    [1, 4, 9],
  ],
])("of what the peer reads, %j, those are used that both know, in its order", (names, numbers) => {
  const offer = new CompressorOffer(ours);
  expect(offer.peerReads).toEqual([]);
  offer.onPeer(names);
  expect(offer.peerReads).toEqual(numbers);
});
