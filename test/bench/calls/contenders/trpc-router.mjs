/** The router of both tRPC contenders. Its bodies are JSON, so bytes travel as base64 text. */
import { initTRPC } from "@trpc/server";

const trpc = initTRPC.create();

export const router = trpc.router({
  echo: trpc.procedure.input(bodyFrom).mutation(({ input }) => input),
  items: trpc.procedure.input(itemsFrom).subscription(async function* ({ input: { count, bytes } }) {
    const item = { body: Buffer.alloc(bytes, 1).toString("base64") };
    for (let sent = 0; sent < count; sent++) yield item;
  }),
});

/** @param {any} input @returns {{ body: string }} */
function bodyFrom(input) {
  if (typeof input?.body !== "string") throw new TypeError("body is not text");
  return input;
}

/** @param {any} input @returns {{ count: number, bytes: number }} */
function itemsFrom(input) {
  if (typeof input?.count !== "number" || typeof input.bytes !== "number") throw new TypeError("not numbers");
  return input;
}

/**
 * Calls `echo` with base64 on the way there and back, which is part of what a call with bytes costs here.
 * @param {any} client
 * @returns {Omit<import("./contender.mjs").EchoClient, "items">}
 */
export function echoOver(client) {
  return {
    requestFrom: (body) => body,
    call: (body, done, fail) =>
      void client.echo
        .mutate({ body: body.toString("base64") })
        .then((/** @type {any} */ reply) => done(Buffer.from(reply.body, "base64")), fail),
    bodyOf: (reply) => reply,
  };
}
