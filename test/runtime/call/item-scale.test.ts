import { describe, expect, test } from "vitest";
import { ItemQueue } from "../../../runtime/call/item-queue.ts";
import { pushHeavy, scale } from "../../../runtime/call/item-scale.ts";

describe("an item is heavy", () => {
  test.each([0, 20, 1_000_000])(
    "that costs %i, above eight times that and 1,024 bytes, and not with as many",
    (cost) => {
      scale.hold(8 * cost + 1_024);
      expect(scale.isHeavy(cost)).toBe(false);
      scale.hold(8 * cost + 1_025);
      expect(scale.isHeavy(cost)).toBe(true);
    },
  );
});

describe("a heavy item", () => {
  const create = () => {
    const decoded: string[] = [];
    const queue = new ItemQueue<string>({ consumed: () => undefined, abandoned: () => undefined });
    const lent = Buffer.from("kept");
    const push = (): void =>
      pushHeavy(queue, { item: "fresh", body: lent, cost: 1 }, (body) => {
        const item = Buffer.from(body).toString();
        decoded.push(item);
        return item;
      });
    return { decoded, queue, lent, push };
  };

  test("waits as a copy of its bytes, and is decoded when it is read", async () => {
    const { decoded, queue, lent, push } = create();
    push();
    lent.fill(0);
    expect(decoded).toEqual([]);
    expect(await queue.next()).toEqual({ value: "kept", done: false });
    expect(decoded).toEqual(["kept"]);
  });

  test("that its reader waits for is given as it is", async () => {
    const { decoded, queue, push } = create();
    const next = queue.next();
    push();
    expect([await next, decoded]).toEqual([{ value: "fresh", done: false }, []]);
  });

  test("that nobody reads is not decoded again", async () => {
    const { decoded, queue, push } = create();
    push();
    await queue.return();
    push();
    expect(decoded).toEqual([]);
  });
});
