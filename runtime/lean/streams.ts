import { pumpItems } from "../call/item-pump.ts";
import { ItemQueue } from "../call/item-queue.ts";
import type { RunningCall, StreamCode } from "../call/stream-code.ts";
import { itemsFailed } from "../client/client-errors.ts";
import { fault } from "../errors/fault.ts";
import { endKind, endOfStreamFlag, itemKind } from "./numbers.ts";

/** Generated methods with streams bring this along; nothing else here imports it. */
export const streamCode: StreamCode = {
  read({ path }, start) {
    const queue = new ItemQueue<unknown>({
      consumed: (cost) => call?.consumed(cost),
      abandoned: () => call?.giveUp(fault("cancelled_by_caller", `The reader of ${path} left.`)),
    });
    let call: RunningCall | undefined;
    try {
      call = start({
        onItem: queue.push.bind(queue),
        onDone: () => queue.end(),
        onFailure: (error) => queue.fail(error),
      });
    } catch (error) {
      queue.fail(error);
    }
    return queue;
  },

  send(method, items, { encode, send, giveUp }) {
    return pumpItems(items, {
      send: (item) => send({ kind: itemKind, flags: 0, body: encode(item) }),
      end: () => void send({ kind: endKind, flags: endOfStreamFlag, body: new Uint8Array() }),
      fail: (error) => giveUp(itemsFailed(method, error)),
    });
  },
};
