import { type CallContext, type Channel, createClient, RpcError } from "../../runtime/index.ts";
import { Lab, type LabClient, type LabHandlers, type Note, type NoteInit } from "../runtime/fixture/lab.ts";
import { checkItem } from "./check-item.ts";
import type { ClusterPlan } from "./cluster-plan.ts";
import type { Member, Site } from "./cluster-site.ts";
import { bytesOf } from "./plan.ts";
import type { Verdict } from "./verdict.ts";

/** One run of a handler. */
export interface Task {
  readonly plan: ClusterPlan;
  readonly call: CallContext;
  readonly member: Member;
  readonly beganMs: number;
}

/** What streams need of their run. */
export interface StreamScene {
  readonly site: Site;
  readonly verdict: Verdict;
  planOf(name: string): ClusterPlan;
  /** What an instance does with each call that comes, before anything else; `leave` when its handler is over. */
  enter(member: Member, name: string, call: CallContext): Promise<void>;
  leave(name: string): void;
  checkCancelled(task: Task): void;
}

/** What may have become of a stream where instances die and fail; those that are long cannot begin elsewhere once one turns them away. */
const lostReasons: readonly string[] = ["connection_lost", "connect_failed", "handshake_failed", "application"];

/** C-14: the streams of a run, at their client and in their handlers. */
export class Streams {
  private readonly scene: StreamScene;
  private readonly lab: LabClient;
  private readonly runs: Map<ClusterPlan, number>;

  constructor(scene: StreamScene, channel: Channel) {
    this.scene = scene;
    this.lab = createClient(Lab, { channel });
    this.runs = new Map();
  }

  /** @returns `whole`, `left`, or the reason of its error */
  async perform(plan: ClusterPlan): Promise<string> {
    try {
      return await this.call(plan);
    } catch (error) {
      const reason = RpcError.is(error) ? error.reason : String(error);
      const isLate = reason === "deadline_passed";
      this.scene.verdict.expect(
        isLate || lostReasons.includes(reason),
        "C-14",
        () => `${plan.name} (${plan.kind}) failed with ${reason}: ${String(error)}`,
      );
      return reason;
    }
  }

  handlers(member: Member): Pick<LabHandlers, "list" | "sum" | "chat"> {
    return {
      list: (note, call) => this.answer(member, note.text, call),
      sum: async (notes, call) => {
        let reply: NoteInit = {};
        for await (const item of this.answer(member, call.metadata.get("call") ?? "", call, notes)) reply = item;
        return reply;
      },
      chat: (notes, call) => this.answer(member, call.metadata.get("call") ?? "", call, notes),
    };
  }

  private call(plan: ClusterPlan): Promise<string> {
    const { lab } = this;
    const options = { metadata: { call: plan.name } };
    switch (plan.kind) {
      case "list":
        return this.read(plan, lab.list({ text: plan.name }, options));
      case "chat":
        return this.read(plan, lab.chat(this.source(plan), options));
      default:
        return lab.sum(this.source(plan), options).then((reply) => this.checkSum(plan, reply));
    }
  }

  private *source({ name, items, ...plan }: ClusterPlan): Generator<NoteInit> {
    for (let count = 0; count < items; count++) yield { text: name, count, data: bytesOf({ name, ...plan }, count) };
  }

  private async read(plan: ClusterPlan, items: AsyncIterable<Note>): Promise<string> {
    let count = 0;
    for await (const item of items) {
      checkItem(this.scene.verdict, plan, item, count++);
      if (count === plan.leaveAfter) return "left";
      if (plan.readerDelayMs > 0) await this.scene.site.sleep(plan.readerDelayMs);
    }
    this.expectAll(plan, count);
    return "whole";
  }

  private checkSum(plan: ClusterPlan, reply: Note): string {
    if (plan.items > 0) this.expectAll(plan, reply.count + 1);
    return "whole";
  }

  private async *answer(
    member: Member,
    name: string,
    call: CallContext,
    notes?: AsyncIterable<Note>,
  ): AsyncGenerator<NoteInit> {
    const { site, verdict } = this.scene;
    const plan = this.scene.planOf(name);
    const task = { plan, call, member, beganMs: site.now };
    const runs = (this.runs.get(plan) ?? 0) + 1;
    this.runs.set(plan, runs);
    verdict.expect(runs === 1, "C-14", () => `${name} (${plan.kind}) was begun ${runs} times`);
    try {
      await this.scene.enter(member, name, call);
      await site.tarry(member);
      let count = 0;
      for await (const item of notes ?? this.source(plan)) {
        if (plan.itemDelayMs > 0) await site.sleep(plan.itemDelayMs);
        this.scene.checkCancelled(task);
        site.stumble(member);
        if (notes !== undefined) checkItem(verdict, plan, item as Note, count);
        yield { text: name, count, data: bytesOf(plan, count++) };
      }
      if (notes !== undefined) this.expectAll(plan, count);
    } finally {
      this.scene.leave(name);
    }
  }

  private expectAll({ name, kind, items }: ClusterPlan, count: number): void {
    this.scene.verdict.expect(count === items, "C-14", () => `${name} (${kind}) ended well after ${count} of ${items}`);
  }
}
