import { describe, expect, test } from "vitest";
import { createPacketStream } from "../../../../runtime/coordination/packet-stream.ts";
import { JuteReader, JuteWriter } from "../../../../runtime/coordination/zookeeper/jute.ts";

describe("ZooKeeper's serialization", () => {
  test("writes big-endian values behind the length of the packet", () => {
    const packet = new JuteWriter().int(-2).long(5n).bool(true).text("é").packet();
    expect(Buffer.from(packet).toString("hex")).toBe("00000013fffffffe00000000000000050100000002c3a9");
  });

  test("reads what was written, however long", () => {
    const long = "x".repeat(1_000);
    const packet = new JuteWriter().int(1).text(long).int(2).text("a").text("b").long(-1n).packet();
    const reader = new JuteReader(packet.subarray(4));
    expect([reader.int(), reader.text(), reader.texts(), reader.long()]).toEqual([1, long, ["a", "b"], -1n]);
  });

  test("takes a length of -1 for nothing", () => {
    const reader = new JuteReader(new JuteWriter().int(-1).int(-1).packet().subarray(4));
    expect([reader.text(), reader.texts()]).toEqual(["", []]);
  });

  test("refuses lengths that reach behind the end", () => {
    const read = () => new JuteReader(new JuteWriter().int(1_000_000_000).packet().subarray(4));
    expect(() => read().bytes()).toThrow(RangeError);
    expect(() => read().texts()).toThrow(RangeError);
    expect(() => new JuteReader(new Uint8Array(3)).int()).toThrow(RangeError);
  });
});

describe("a stream of packets", () => {
  test.each([1, 2, 3, 5, 100])("is cut where its lengths say, in pieces of %i bytes", (pieceBytes) => {
    const packets: string[] = [];
    const take = createPacketStream(100, (packet) => packets.push(Buffer.from(packet).toString()));
    const bytes = Buffer.from("\0\0\0\x03abc\0\0\0\0\0\0\0\x02de", "latin1");
    for (let start = 0; start < bytes.length; start += pieceBytes) take(bytes.subarray(start, start + pieceBytes));
    expect(packets).toEqual(["abc", "", "de"]);
  });

  test.each([101, -1])("with a length of %i is refused", (length) => {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32BE(length);
    const take = createPacketStream(100, () => undefined);
    expect(() => take(bytes)).toThrow(`A packet says that it has ${length} bytes; at most 100 are read.`);
  });
});
