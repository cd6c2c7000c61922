import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { type ClientInterceptor, createChannel, metadata, RpcError } from "../../../runtime/index.ts";
import { createWorld } from "../fixture/world.ts";

const secret = "s3cret-value";
const sent = { authorization: `Bearer ${secret}`, "x-api-token": secret, tenant: "blue" };

/** What the console prints of everything that users get into their hands on the way of a call. */
async function printed(): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  const note = (name: string, value: unknown): void => void (found[name] = inspect(value));
  const client: ClientInterceptor = {
    name: "printing",
    unary(call, request, next) {
      note("client call", call);
      return next(call, request);
    },
  };
  const atAttempt: ClientInterceptor = {
    name: "printing attempts",
    at: "attempt",
    unary(call, request, next) {
      note("attempt", call);
      return next(call, request);
    },
  };
  await using world = await createWorld({
    client: { interceptors: [client, atAttempt], token: () => secret },
    handlers: {
      echo(request, context) {
        note("context", context);
        note("metadata", context.metadata);
        return request;
      },
    },
  });
  await world.lab.echo({}, { metadata: sent });
  const items = world.lab.list({ count: 3 });
  note("items", items);
  for await (const _item of items) break;
  note("server", world.server);
  note("client", world.lab);
  const channel = createChannel({ target: world.address, token: secret });
  note("channel", channel);
  note("invoker", channel.invoker());
  note("metadata to send", metadata(sent));
  note("error", new RpcError({ reason: "limit_exceeded", message: "no", metadata: metadata(sent) }));
  return found;
}

describe("what a console prints", () => {
  test("is short and holds no secret, whatever a user has in hand", async () => {
    for (const [name, text] of Object.entries(await printed())) {
      expect(text, name).not.toContain(secret);
      expect(text.length, `${name}: ${text}`).toBeLessThan(1_500);
    }
  });

  test("names the method, the peer and what else tells calls apart", async () => {
    const found = await printed();
    expect(found["context"]).toMatch(/^CallContext \{"method":"\/lab\.v1\.Lab\/Echo","peer":"[^"]*"\}$/);
    expect(found["client call"]).toBe('ClientCall {"method":"/lab.v1.Lab/Echo","attempts":0}');
    expect(found["attempt"]).toBe('ClientCall {"method":"/lab.v1.Lab/Echo","attempt":0}');
    expect(found["channel"]).toMatch(/^Channel \{"target":"[^"]*","state":"idle","connections":0\}$/);
    expect(found["invoker"]).toBe('Invoker {"state":"idle"}');
    expect(found["items"]).toBe('Items {"state":"open","waiting":0}');
  });

  test("shows metadata, with the values of secret keys left out", async () => {
    const { metadata: received, "metadata to send": given } = await printed();
    const expected = 'Metadata {"authorization":"(hidden)","x-api-token":"(hidden)","tenant":"blue"}';
    expect([received, given]).toEqual([expected, expected]);
  });
});
