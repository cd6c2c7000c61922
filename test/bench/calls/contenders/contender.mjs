/**
 * Client and server of one contender, used in the style that is fastest among those its documents show.
 * @typedef {object} CallContender
 * @property {() => Promise<string>} startServer resolves with the address for {@link CallContender.connect}
 * @property {(address: string) => Promise<EchoClient>} connect one connection
 */

/**
 * @typedef {object} EchoClient
 * @property {(body: Buffer) => any} requestFrom
 * @property {(request: any, done: (reply: any) => void, fail: (error: any) => void) => void} call
 * @property {(reply: any) => Uint8Array} bodyOf
 * @property {((count: number, bytes: number) => Promise<number>) | undefined} items receives a server stream, resolves with the bytes that came
 */

/** @type {Readonly<Record<string, { readonly label: string }>>} */
export const callContenders = {
  rpcgen: { label: "rpcgen" },
  "rpcgen-full": { label: "rpcgen, full" },
  grpc: { label: "@grpc/grpc-js" },
  tcp: { label: "raw TCP echo" },
};
