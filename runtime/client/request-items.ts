import { type ItemPump, pumpItems } from "../call/item-pump.ts";
import type { Items } from "../call/method-type.ts";
import type { Compression } from "../compression/compression.ts";
import type { ClientConnection, OutgoingCall } from "../connection/connection.ts";
import type { RpcError } from "../errors/rpc-error.ts";
import type { ClientCallState } from "./client-call.ts";
import { itemsFailed } from "./client-errors.ts";
import { Replay } from "./replay.ts";

/** The items that a streaming call sends; once more, when its server refused it before a handler saw it. */
export class RequestItems {
  private readonly call: ClientCallState;
  private readonly compression: Compression;
  private readonly replay: Replay;
  private pump: ItemPump | undefined;
  private connection: ClientConnection | undefined;
  private outgoing: OutgoingCall | undefined;

  constructor(call: ClientCallState, compression: Compression) {
    this.call = call;
    this.compression = compression;
    this.replay = new Replay();
    this.pump = undefined;
    this.connection = undefined;
    this.outgoing = undefined;
  }

  /** They can begin again elsewhere: not once a server has shown that it took the call. */
  get isRepeatable(): boolean {
    return this.replay.isPossible;
  }

  /**
   * Starts to send.
   * @param encode makes a body of an item that does not change any more
   * @param cancel ends the call, wherever it is
   * @throws TypeError when they cannot be iterated
   */
  send(items: Items<unknown>, encode: (item: unknown) => Uint8Array, cancel: (error: RpcError) => void): void {
    this.pump = pumpItems(items, {
      send: (item) => this.sendItem(encode(item)),
      end: () => {
        this.replay.end();
        this.outgoing?.endItems();
      },
      fail: (error) => cancel(itemsFailed(this.call.method, error)),
    });
  }

  /** Where they go from now on, those that were sent elsewhere first. */
  goTo(connection: ClientConnection, outgoing: OutgoingCall): void {
    this.connection = connection;
    this.outgoing = outgoing;
    if (this.replay.run(outgoing)) this.writable();
  }

  /** The call is on no connection: the item that comes next is kept until it is, and the others are not asked for. */
  wait(): void {
    this.outgoing = undefined;
  }

  /** The server has shown that it took the call: nothing will have to be sent again. */
  taken(): void {
    this.replay.drop();
  }

  writable(): void {
    this.pump?.writable();
  }

  stop(): void {
    this.pump?.stop();
  }

  private sendItem(body: Uint8Array): boolean {
    this.call.bytesSent += body.length;
    this.replay.add(body);
    const { outgoing } = this;
    const readable = this.connection?.peerCompressors;
    if (outgoing === undefined || readable === undefined) return false;
    return readable.length === 0 ? outgoing.sendItem(body) : this.sendPacked(outgoing, body, readable);
  }

  private sendPacked(outgoing: OutgoingCall, body: Uint8Array, readable: readonly number[]): boolean {
    const { method, options } = this.call;
    const packed = this.compression.pack(method, body, readable, options.compress);
    if (!(packed instanceof Promise)) return outgoing.sendItem(packed.body, packed.compressor);
    packed.then(
      (later) => {
        // A call that began again elsewhere has sent the item there already, as it was.
        if (this.outgoing === outgoing && outgoing.sendItem(later.body, later.compressor)) this.writable();
      },
      (error: unknown) => outgoing.cancel(itemsFailed(method, error)),
    );
    return false;
  }
}
