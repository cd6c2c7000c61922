/** @grpc/grpc-js with callbacks and the static messages of protobufjs. */
import grpc from "@grpc/grpc-js";
import { bench } from "../../gen/protobufjs/echo.js";

const { ItemsRequest, Payload } = bench.calls.v1;
const bytesOf = (/** @type {any} */ type) => (/** @type {any} */ value) => type.encode(value).finish();
const valueOf = (/** @type {any} */ type) => (/** @type {Buffer} */ bytes) => type.decode(bytes);

const echoDefinition = {
  Echo: method("Echo", Payload, false),
  Items: method("Items", ItemsRequest, true),
};

/**
 * @param {string} name
 * @param {any} request
 * @param {boolean} responseStream
 */
function method(name, request, responseStream) {
  return {
    path: `/bench.calls.v1.Echo/${name}`,
    requestStream: false,
    responseStream,
    requestSerialize: bytesOf(request),
    requestDeserialize: valueOf(request),
    responseSerialize: bytesOf(Payload),
    responseDeserialize: valueOf(Payload),
  };
}

/** @returns {Promise<string>} */
export function startServer() {
  return serve((call, callback) => callback(null, call.request));
}

/** @param {(call: any, callback: any) => void} echo @returns {Promise<string>} */
export function serve(echo) {
  const server = new grpc.Server();
  server.addService(echoDefinition, { Echo: echo, Items: sendItems });
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) =>
      error === null ? resolve(`127.0.0.1:${port}`) : reject(error),
    );
  });
}

/** Writes while the stream takes more, as its back-pressure asks. @param {any} call */
function sendItems(call) {
  const item = Payload.create({ body: Buffer.alloc(call.request.bytes, 1) });
  let left = call.request.count;
  const fill = () => {
    while (left-- > 0) if (!call.write(item)) return void call.once("drain", fill);
    call.end();
  };
  fill();
}

/** A stub with a connection of its own. @param {string} address @returns {any} */
export function createStub(address) {
  const Client = grpc.makeGenericClientConstructor(echoDefinition, "Echo");
  return new Client(address, grpc.credentials.createInsecure(), { "grpc.use_local_subchannel_pool": 1 });
}

/** @param {string} address @returns {Promise<import("./contender.mjs").EchoClient>} */
export async function connect(address) {
  const client = createStub(address);
  return {
    requestFrom: (body) => Payload.create({ body }),
    call: (request, done, fail) =>
      void client.Echo(request, (/** @type {any} */ error, /** @type {any} */ reply) =>
        error ? fail(error) : done(reply),
      ),
    bodyOf: (reply) => reply.body,
    items: (count, bytes) => receiveItems(client.Items(ItemsRequest.create({ count, bytes }))),
  };
}

/** @param {any} stream @returns {Promise<number>} */
function receiveItems(stream) {
  return new Promise((resolve, reject) => {
    let received = 0;
    stream.on("data", (/** @type {any} */ item) => (received += item.body.length));
    stream.once("error", reject);
    stream.once("end", () => resolve(received));
  });
}
