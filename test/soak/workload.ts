import { RpcError } from "../../runtime/index.ts";
import { type LabClient, Missing } from "../runtime/fixture/lab.ts";

/** What became of the calls of one kind. */
export interface Tally {
  done: number;
  failed: number;
}

/** One call and what must come of it. @throws when anything else does */
export type Piece = (lab: LabClient, context: PieceContext) => Promise<void>;

export interface PieceContext {
  /** Lives as long as the run: whoever forgets to take a listener off it leaks. */
  readonly signal: AbortSignal;
  readonly sequence: number;
}

const large = new Uint8Array(1024 * 1024).fill(7);
const small = new Uint8Array(32).fill(5);

function expect(holds: boolean, text: string): void {
  if (!holds) throw new Error(text);
}

/** Resolves when the call failed with this reason. */
async function failsWith(reason: string, call: Promise<unknown>): Promise<void> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(RpcError.is(error) && error.reason === reason, `expected ${reason}, found ${String(error)}`);
}

async function* notes(count: number): AsyncGenerator<{ count: number }> {
  for (let sent = 1; sent <= count; sent++) yield { count: sent };
}

/** Every kind of call and of ending. */
export const pieces: Readonly<Record<string, Piece>> = {
  async unary(lab, { sequence }) {
    const reply = await lab.echo({ text: "hello", count: sequence, data: small });
    expect(reply.count === sequence && reply.data.length === small.length, `reply of another call: ${reply.count}`);
  },
  async "unary with signal"(lab, { sequence, signal }) {
    expect((await lab.echo({ count: sequence }, { signal })).count === sequence, "reply of another call");
  },
  "one-way": (lab, { sequence }) => lab.track({ count: sequence }),
  async "server stream"(lab) {
    let next = 0;
    for await (const { count } of lab.list({ text: "item", count: 20 }))
      expect(count === next++, `item ${count} out of order`);
    expect(next === 20, `${next} of 20 items`);
  },
  async "server stream, left early"(lab) {
    let next = 0;
    for await (const { count } of lab.list({ text: "item", count: 1_000 })) {
      expect(count === next++, `item ${count} out of order`);
      if (next === 5) break;
    }
    expect(next === 5, `${next} of 5 items`);
  },
  async "client stream"(lab) {
    expect((await lab.sum(notes(10))).count === 55, "a wrong sum");
  },
  async "bidirectional stream"(lab) {
    let next = 1;
    for await (const { count } of lab.chat(notes(5))) expect(count === next++, `item ${count} out of order`);
    expect(next === 6, `${next - 1} of 5 items`);
  },
  async cancel(lab) {
    const controller = new AbortController();
    const call = lab.echo({ text: "hang" }, { signal: controller.signal });
    setTimeout(() => controller.abort(), 10);
    await failsWith("cancelled_by_caller", call);
  },
  deadline: (lab) => failsWith("deadline_passed", lab.quick({})),
  async "large message"(lab) {
    const { data } = await lab.echo({ data: large });
    expect(data.length === large.length && data[0] === 7 && data.at(-1) === 7, "a large message came back changed");
  },
  async "declared error"(lab) {
    const error = await lab.echo({ text: "missing" }).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(Missing.is(error) && error.data.what === "nothing", `expected Missing, found ${String(error)}`);
  },
  "unknown error": (lab) => failsWith("handler_threw", lab.echo({ text: "throw" })),
};

/** How often each piece is started: pieces per second. About 1,000 in all. */
export const ratesPerSecond: Readonly<Record<string, number>> = {
  unary: 700,
  "unary with signal": 50,
  "one-way": 50,
  "server stream": 25,
  "server stream, left early": 10,
  "client stream": 25,
  "bidirectional stream": 25,
  cancel: 20,
  deadline: 10,
  "large message": 3,
  "declared error": 25,
  "unknown error": 5,
};
