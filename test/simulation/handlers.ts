import { type CallContext, Code, RpcError } from "../../runtime/index.ts";
import { type LabHandlers, Missing, type Note, type NoteInit } from "../runtime/fixture/lab.ts";
import type { Journal } from "./journal.ts";
import { bytesOf, isMessage, type Plan } from "./plan.ts";
import { checkItem } from "./check-item.ts";

/** The server's side of a run: each handler does what the plan of its call says. */
export function createHandlers(journal: Journal): LabHandlers {
  const { verdict } = journal;
  const tasks = new HandlerTasks(journal);
  return {
    echo: (note, context) => tasks.handle(note, context, async (plan) => ({ text: plan.name, data: bytesOf(plan, 0) })),
    quick: (note) => note,
    ping: () => undefined,
    track: (note, context) =>
      tasks.handle(note, context, async ({ name }) => {
        const isTold = journal.weather.isCalm && context.signal.aborted;
        verdict.expect(!isTold, "I-10", () => `the one-way call ${name} was told to stop`);
      }),
    list: (note, context) => tasks.items(note, context, undefined),
    sum: async (notes, context) =>
      tasks.handle(tasks.noteOf(context), context, async (plan) => {
        let count = 0;
        for await (const item of notes) checkItem(verdict, plan, item, count++);
        const found = count;
        verdict.expect(
          found === plan.items,
          "I-3",
          () => `${plan.name} ended well after ${found} of ${plan.items} items`,
        );
        return { text: plan.name, count, data: bytesOf(plan, 0) };
      }),
    chat: (notes, context) => tasks.items(tasks.noteOf(context), context, notes),
  };
}

class HandlerTasks {
  private readonly journal: Journal;

  constructor(journal: Journal) {
    this.journal = journal;
  }

  /** Where the request is a stream, metadata says which call it is. */
  noteOf(context: CallContext): Note {
    const plan = this.journal.planOf(context.metadata.get("call") ?? "");
    return { text: plan.name, count: 0, data: bytesOf(plan, 0) };
  }

  async handle<T>(note: Note, context: CallContext, answer: (plan: Plan) => Promise<T>): Promise<T> {
    const { running } = this.journal;
    const plan = this.begin(note, context);
    running.add(plan);
    try {
      await this.prepare(plan, context);
      return await answer(plan);
    } finally {
      running.delete(plan);
    }
  }

  async *items(note: Note, context: CallContext, notes: AsyncIterable<Note> | undefined): AsyncGenerator<NoteInit> {
    const { running, verdict } = this.journal;
    const plan = this.begin(note, context);
    running.add(plan);
    try {
      await this.prepare(plan, context);
      let count = 0;
      if (notes === undefined)
        while (count < plan.items) yield { text: plan.name, count, data: bytesOf(plan, count++) };
      else
        for await (const item of notes) {
          checkItem(verdict, plan, item, count);
          yield { text: plan.name, count, data: bytesOf(plan, count++) };
        }
    } finally {
      running.delete(plan);
    }
  }

  /** I-2, I-4 and I-7 as the server sees them. */
  private begin(note: Note, context: CallContext): Plan {
    const { verdict, runs } = this.journal;
    const plan = this.journal.planOf(note.text);
    verdict.expect(
      context.metadata.get("call") === plan.name,
      "I-2",
      () => `${plan.name} came with the metadata of ${context.metadata.get("call")}`,
    );
    verdict.expect(isMessage(note.data, plan, 0), "I-2", () => `the request of ${plan.name} came with other bytes`);
    const { timeoutMs } = plan;
    verdict.expect(
      timeoutMs === undefined || context.remainingMs <= timeoutMs + 1,
      "I-4",
      () => `the handler of ${plan.name} believes it has ${context.remainingMs} of ${timeoutMs} ms`,
    );
    const count = (runs.get(plan) ?? 0) + 1;
    runs.set(plan, count);
    verdict.expect(count === 1, "I-7", () => `${plan.name} ran ${count} times`);
    context.setResponseMetadata("answer", plan.name);
    return plan;
  }

  private async prepare(plan: Plan, context: CallContext): Promise<void> {
    if (plan.handlerDelayMs > 0) await this.journal.sleep(plan.handlerDelayMs);
    if (plan.handler === "declared") throw new Missing({ what: plan.name });
    if (plan.handler === "fails")
      throw new RpcError({ code: Code.aborted, message: plan.name, details: [{ call: plan.name }] });
    if (plan.handler === "throws") throw new Error("a secret");
    if (plan.handler !== "never") return;
    await new Promise<void>((resolve) => {
      if (context.signal.aborted) resolve();
      context.signal.addEventListener("abort", () => resolve(), { once: true });
    });
    throw new Error("told to stop");
  }
}
