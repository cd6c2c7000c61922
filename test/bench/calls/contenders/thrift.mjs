/**
 * Apache Thrift: framed transport, binary protocol, callbacks. Its compiler is not an npm package, so the code for
 * `service Echo { binary echo(1: binary body) }` is written out here as the compiler's Node target does it.
 */
// @ts-expect-error -- it has no types of its own
import thrift from "thrift";
import { listenOnLoopback } from "./loopback.mjs";

// It still calls `new Buffer`.
process.noDeprecation = true;

/** @type {any} */
const { Thrift, TFramedTransport, TBinaryProtocol } = thrift;
const options = { transport: TFramedTransport, protocol: TBinaryProtocol };

/** @returns {Promise<string>} */
export async function startServer() {
  return String(await listenOnLoopback(thrift.createServer(Processor, {}, options)));
}

/** @param {string} port @returns {Promise<import("./contender.mjs").EchoClient>} */
export async function connect(port) {
  const connection = thrift.createConnection("127.0.0.1", Number(port), options);
  await new Promise((resolve, reject) => connection.once("connect", resolve).once("error", reject));
  /** @type {any} */
  const client = thrift.createClient(Client, connection);
  return {
    requestFrom: (body) => body,
    call: (body, done, fail) =>
      client.echo(body, (/** @type {any} */ error, /** @type {any} */ reply) => (error ? fail(error) : done(reply))),
    bodyOf: (reply) => reply,
    items: undefined,
  };
}

/**
 * A struct whose only field is binary.
 * @param {any} output
 * @param {{ name: string, field: string, id: number, value: Buffer }} struct
 */
function writeStruct(output, { name, field, id, value }) {
  output.writeStructBegin(name);
  output.writeFieldBegin(field, Thrift.Type.STRING, id);
  output.writeBinary(value);
  output.writeFieldEnd();
  output.writeFieldStop();
  output.writeStructEnd();
}

/** @param {any} input @param {number} wanted id of the field */
function readStruct(input, wanted) {
  let value;
  input.readStructBegin();
  for (;;) {
    const { ftype, fid } = input.readFieldBegin();
    if (ftype === Thrift.Type.STOP) break;
    if (fid === wanted && ftype === Thrift.Type.STRING) value = input.readBinary();
    else input.skip(ftype);
    input.readFieldEnd();
  }
  input.readStructEnd();
  return value;
}

class Client {
  /** @param {any} output @param {any} Protocol */
  constructor(output, Protocol) {
    this.output = output;
    this.Protocol = Protocol;
    /** @type {Record<number, (error: any, reply?: any) => void>} */
    this._reqs = {};
    this._seqid = 0;
  }

  /** @param {Buffer} body @param {(error: any, reply?: any) => void} callback */
  echo(body, callback) {
    const id = ++this._seqid;
    this._reqs[id] = callback;
    const output = new this.Protocol(this.output);
    output.writeMessageBegin("echo", Thrift.MessageType.CALL, id);
    writeStruct(output, { name: "Echo_echo_args", field: "body", id: 1, value: body });
    output.writeMessageEnd();
    this.output.flush();
  }

  /** @param {any} input @param {number} type @param {number} id */
  recv_echo(input, type, id) {
    const callback = this._reqs[id];
    delete this._reqs[id];
    if (type === Thrift.MessageType.EXCEPTION) {
      const exception = new Thrift.TApplicationException();
      exception.read(input);
      input.readMessageEnd();
      return callback(exception);
    }
    const reply = readStruct(input, 0);
    input.readMessageEnd();
    return callback(null, reply);
  }
}

class Processor {
  /** @param {any} input @param {any} output */
  process(input, output) {
    const { rseqid } = input.readMessageBegin();
    const body = readStruct(input, 1);
    input.readMessageEnd();
    output.writeMessageBegin("echo", Thrift.MessageType.REPLY, rseqid);
    writeStruct(output, { name: "Echo_echo_result", field: "success", id: 0, value: body });
    output.writeMessageEnd();
    output.flush();
  }
}
