import { describe, expect, test } from "vitest";
import { Code, type Metadata, metadata, RpcError } from "../../../runtime/index.ts";
import { collect, createWorld, errorOf } from "../fixture/world.ts";

describe("metadata", () => {
  test("of a request reaches the handler", async () => {
    await using world = await createWorld({
      handlers: {
        echo: (_note, context) => ({
          text: `${context.metadata.get("user")}, ${context.metadata.getAll("tag").join("+")}`,
        }),
      },
    });
    const pairs = metadata([
      ["user", "Ådä"],
      ["tag", "a"],
      ["tag", "b"],
    ]);
    expect((await world.lab.echo({}, { metadata: pairs })).text).toBe("Ådä, a+b");
    expect((await world.lab.echo({}, { metadata: { user: "bob" } })).text).toBe("bob, ");
    expect((await world.lab.echo({})).text).toBe("undefined, ");
  });

  test("of a reply is there before the reply", async () => {
    await using world = await createWorld({
      handlers: {
        echo(note, context) {
          context.setResponseMetadata("served-by", "one");
          context.setResponseMetadata("served-by", "two");
          return note;
        },
      },
    });
    let seen: Metadata | undefined;
    await world.lab.echo({}, { onResponseMetadata: (given) => (seen = given) });
    expect(seen?.getAll("served-by")).toEqual(["one", "two"]);
  });

  test("of a stream comes with its first item", async () => {
    await using world = await createWorld({
      handlers: {
        *list(_note, context) {
          context.setResponseMetadata("total", "2");
          yield {};
          expect(() => context.setResponseMetadata("late", "1")).toThrow("The reply has begun");
          yield {};
        },
      },
    });
    const order: string[] = [];
    const options = { onResponseMetadata: (given: Metadata) => void order.push(`metadata ${given.get("total")}`) };
    for await (const _note of world.lab.list({}, options)) order.push("item");
    expect(order).toEqual(["metadata 2", "item", "item"]);
  });

  test("of a stream without items comes with its end", async () => {
    await using world = await createWorld({
      handlers: {
        *list(_note, context) {
          context.setResponseMetadata("total", "0");
        },
      },
    });
    let total: string | undefined;
    await collect(world.lab.list({}, { onResponseMetadata: (given) => (total = given.get("total")) }));
    expect(total).toBe("0");
  });

  test("is empty, not absent, when a reply carries none", async () => {
    await using world = await createWorld();
    let size: number | undefined;
    await world.lab.echo({}, { onResponseMetadata: (given) => (size = given.size) });
    expect(size).toBe(0);
  });

  test("that is not allowed fails the call before it is sent", async () => {
    await using world = await createWorld();
    const error = await errorOf(world.lab.echo({}, { metadata: { "Not Allowed": "x" } }));
    expect(RpcError.is(error) && error.code).toBe(Code.invalidArgument);
    await world.lab.ping();
  });

  test.each([
    [5, "Metadata is number; expected an object of strings, or pairs."],
    [null, "Metadata is null; expected an object of strings, or pairs."],
    ["token: secret", "Metadata is string; expected an object of strings, or pairs."],
    [{ pin: 4711 }, 'The metadata value of "pin" is number; expected a string.'],
  ])("that is none (%o) fails the call with what was found, and tells nothing of it", async (given, message) => {
    await using world = await createWorld();
    const wrong = given as unknown as Metadata;
    expect(await errorOf(world.lab.echo({}, { metadata: wrong }))).toMatchObject({
      code: Code.invalidArgument,
      message,
    });
    expect(await errorOf(collect(world.lab.list({}, { metadata: wrong })))).toMatchObject({ message });
    await world.lab.ping();
  });

  test("that a handler may not set fails its call, hidden", async () => {
    await using world = await createWorld({
      server: { onError: () => undefined },
      handlers: {
        echo(note, context) {
          context.setResponseMetadata("BAD", "x");
          return note;
        },
      },
    });
    const error = await errorOf(world.lab.echo({}));
    expect(RpcError.is(error) && error.message).toBe("internal error");
  });

  test("hook that throws fails its own call only", async () => {
    await using world = await createWorld();
    const onResponseMetadata = (): void => {
      throw new Error("hook");
    };
    await expect(world.lab.echo({}, { onResponseMetadata })).rejects.toThrow("hook");
    await expect(collect(world.lab.list({ count: 3 }, { onResponseMetadata }))).rejects.toThrow("hook");
    await world.lab.ping();
  });
});
