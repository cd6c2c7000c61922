/**
 * Client and server of one contender, used in the style that is fastest among those its documents show.
 * @typedef {object} CallContender
 * @property {() => Promise<string>} startServer resolves with the address for {@link CallContender.connect}
 * @property {(address: string) => Promise<EchoClient>} connect one connection; each time another one, unless the contender says `oneConnection`
 */

/**
 * @typedef {object} EchoClient
 * @property {(body: Buffer) => any} requestFrom
 * @property {(request: any, done: (reply: any) => void, fail: (error: any) => void) => void} call
 * @property {(reply: any) => Uint8Array} bodyOf
 * @property {((count: number, bytes: number) => Promise<number>) | undefined} items receives a server stream, resolves with the bytes that came
 */

/**
 * `oneConnection`: a process has one connection to a server, or opens and closes them as it likes, so idle ones cannot be counted.
 * `minimumNode`: major version that it asks for.
 * @typedef {{ readonly label: string, readonly oneConnection?: boolean, readonly minimumNode?: number }} About
 */

/** @type {Readonly<Record<string, About>>} */
export const callContenders = {
  rpcgen: { label: "rpcgen" },
  "rpcgen-full": { label: "rpcgen, full", oneConnection: true },
  grpc: { label: "@grpc/grpc-js" },
  connect: { label: "connect-node" },
  "trpc-http": { label: "tRPC, http", oneConnection: true },
  "trpc-ws": { label: "tRPC, ws" },
  thrift: { label: "thrift" },
  moleculer: { label: "moleculer", oneConnection: true, minimumNode: 22 },
  capnweb: { label: "capnweb" },
  fastify: { label: "fastify + undici", oneConnection: true },
  tcp: { label: "raw TCP echo" },
};
