/** tRPC over HTTP with `httpBatchLink`, as in its quickstart: calls of one tick share a request. */
import { createTRPCClient, httpBatchLink } from "@trpc/client";
import { createHTTPServer } from "@trpc/server/adapters/standalone";
import { listenOnLoopback } from "./loopback.mjs";
import { echoOver, router } from "./trpc-router.mjs";

/** @returns {Promise<string>} */
export async function startServer() {
  return `http://127.0.0.1:${await listenOnLoopback(createHTTPServer({ router }))}`;
}

/** @param {string} url @returns {Promise<import("./contender.mjs").EchoClient>} */
export async function connect(url) {
  return { ...echoOver(createTRPCClient({ links: [httpBatchLink({ url })] })), items: undefined };
}
