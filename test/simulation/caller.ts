import { getEventListeners } from "node:events";
import { Code, RpcError } from "../../runtime/index.ts";
import { type LabClient, Missing, type Note, type NoteInit } from "../runtime/fixture/lab.ts";
import { checkItem } from "./check-item.ts";
import type { Journal } from "./journal.ts";
import { bytesOf, isMessage, optionsOf, type Plan } from "./plan.ts";

/** What the world did that may explain a failure. */
export interface Excuses {
  /** An attempt to connect failed, and what it failed for may have gone on. */
  readonly isUnreachable: boolean;
  /** A call is about to be made. */
  want(): void;
}

interface Times {
  readonly startedMs: number;
  /** Infinity: never. */
  readonly cancelledMs: number;
}

/** The clients' side of a run: makes the calls that are planned, and judges what they come to. */
export class Caller {
  private readonly journal: Journal;
  private readonly lab: LabClient;
  private readonly excuses: Excuses;
  /** Every fifth call may be given up through it; none ever is. */
  private readonly shared: AbortController;
  private readonly own: AbortController[];

  constructor(journal: Journal, lab: LabClient, excuses: Excuses) {
    this.journal = journal;
    this.lab = lab;
    this.excuses = excuses;
    this.shared = new AbortController();
    this.own = [];
  }

  /** Listeners that calls have left on the signals that were given to them. */
  get listenersLeft(): number {
    return [this.shared, ...this.own].reduce((sum, { signal }) => sum + getEventListeners(signal, "abort").length, 0);
  }

  async perform(plan: Plan): Promise<void> {
    const { environment, outcomes, verdict } = this.journal;
    await this.journal.sleep(plan.startMs);
    const startedMs = environment.now();
    let cancelledMs = Infinity;
    let signal = plan.index % 5 === 0 ? this.shared.signal : undefined;
    if (plan.cancelAfterMs !== undefined) {
      const own = new AbortController();
      this.own.push(own);
      ({ signal } = own);
      environment.setTimer(plan.cancelAfterMs, () => {
        if (outcomes.has(plan)) return;
        cancelledMs = environment.now();
        own.abort();
      });
    }
    this.excuses.want();
    const outcome = await this.outcomeOf(plan, signal, () => ({ startedMs, cancelledMs }));
    this.journal.end(plan, outcome);
    const lateMs = environment.now() - startedMs - (plan.timeoutMs ?? Infinity);
    const isReading = plan.readerDelayMs > 0 && (plan.kind === "list" || plan.kind === "chat");
    verdict.expect(
      isReading || lateMs <= 1,
      "I-4",
      () => `${plan.name} ended ${lateMs} ms after its deadline with ${outcome}`,
    );
  }

  private async outcomeOf(plan: Plan, signal: AbortSignal | undefined, times: () => Times): Promise<string> {
    try {
      const outcome = await this.call(plan, signal);
      this.checkSuccess(plan, outcome);
      return outcome;
    } catch (error) {
      return this.checkFailure(plan, error, times());
    }
  }

  private async call(plan: Plan, signal: AbortSignal | undefined): Promise<string> {
    const { verdict } = this.journal;
    const options = {
      ...optionsOf(plan),
      ...(signal === undefined ? {} : { signal }),
      onResponseMetadata: (answer: { get(key: string): string | undefined }) =>
        verdict.expect(
          answer.get("answer") === plan.name,
          "I-2",
          () => `${plan.name} got the metadata of ${answer.get("answer")}`,
        ),
    };
    const request = { text: plan.name, data: bytesOf(plan, 0) };
    switch (plan.kind) {
      case "oneway":
        return this.lab.track(request, { metadata: { call: plan.name } }).then(() => "handed over");
      case "unary":
        return this.checkReply(plan, await this.lab.echo(request, options));
      case "sum":
        return this.checkReply(plan, await this.lab.sum(this.source(plan), options));
      case "list":
        return this.read(plan, this.lab.list(request, options));
      case "chat":
        return this.read(plan, this.lab.chat(this.source(plan), options));
    }
  }

  private *source(plan: Plan): Generator<NoteInit> {
    for (let count = 0; count < plan.items; count++) yield { text: plan.name, count, data: bytesOf(plan, count) };
  }

  private async read(plan: Plan, items: AsyncIterable<Note>): Promise<string> {
    const { verdict } = this.journal;
    let count = 0;
    for await (const item of items) {
      checkItem(verdict, plan, item, count++);
      if (count === plan.leaveAfter) return "left";
      if (plan.readerDelayMs > 0) await this.journal.sleep(plan.readerDelayMs);
    }
    const found = count;
    verdict.expect(found === plan.items, "I-3", () => `${plan.name} ended well after ${found} of ${plan.items} items`);
    return "answered";
  }

  private checkReply(plan: Plan, reply: Note): string {
    const { verdict } = this.journal;
    verdict.expect(reply.text === plan.name, "I-2", () => `${plan.name} got the reply of ${reply.text}`);
    verdict.expect(isMessage(reply.data, plan, 0), "I-2", () => `the reply of ${plan.name} came with other bytes`);
    return "answered";
  }

  private checkSuccess(plan: Plan, outcome: string): void {
    const { verdict, runs } = this.journal;
    const isFine = plan.handler === "answers" || plan.kind === "oneway";
    verdict.expect(isFine, "I-1", () => `${plan.name} was ${outcome}, but its handler ${plan.handler}`);
    const count = runs.get(plan) ?? 0;
    verdict.expect(
      count === 1 || plan.kind === "oneway",
      "I-7",
      () => `${plan.name} was ${outcome} and ran ${count} times`,
    );
  }

  private checkFailure(plan: Plan, error: unknown, times: Times): string {
    const { verdict } = this.journal;
    if (!RpcError.is(error)) {
      verdict.breach("I-1", `${plan.name} failed with ${String(error)}`);
      return "strange";
    }
    const { reason } = error;
    verdict.expect(
      this.isExplained(plan, error, times),
      reason === "deadline_passed" ? "I-4" : "I-1",
      () => `${plan.name} (${plan.kind}, ${plan.handler}) failed with ${reason}: ${error.message}`,
    );
    return reason;
  }

  /** Every failure needs a reason in the plan of its call, or in the weather. */
  private isExplained(plan: Plan, error: RpcError, { startedMs, cancelledMs }: Times): boolean {
    const { environment, weather } = this.journal;
    const nowMs = environment.now();
    switch (error.reason) {
      case "deadline_passed":
        return plan.timeoutMs !== undefined && nowMs - startedMs >= plan.timeoutMs - 0.01;
      case "cancelled_by_caller":
        return cancelledMs <= nowMs;
      case "declared":
        return Missing.is(error) && plan.handler === "declared" && error.data.what === plan.name;
      case "application":
        return isTurnedAway(error)
          ? weather.isTight
          : plan.handler === "fails" && error.message === plan.name && isDetailOf(plan, error);
      case "handler_threw":
        return plan.handler === "throws" && error.message === "internal error" && error.errorId !== undefined;
      // A cancelled call counts at the server until its handler has settled, and what was cut off arrives all at once.
      case "too_many_calls":
        return weather.maxCalls < 200 || !weather.isCalm || weather.isTight;
      case "limit_exceeded":
        return weather.isTight;
      case "draining":
        return weather.connections * weather.restarts > maxRestarts || !weather.isCalm;
      // Between two servers nobody listens, whatever the weather; who has time waits.
      case "connect_failed":
        return !weather.isCalm || (this.excuses.isUnreachable && !hasTime(plan));
      case "connection_lost":
      case "handshake_failed":
        return !weather.isCalm;
      default:
        return false;
    }
  }
}

/** A call whose handler had begun when its server had no memory for its next item: it must not be taken for one that may be sent again. */
function isTurnedAway({ code }: RpcError): boolean {
  return code === Code.resourceExhausted;
}

/** One-way calls do not wait for a connection here. */
function hasTime(plan: Plan): boolean {
  return plan.waitForReady && plan.kind !== "oneway";
}

/** Times that a call begins again on another connection; each of them may be going away as well. */
const maxRestarts = 3;

function isDetailOf(plan: Plan, error: RpcError): boolean {
  return JSON.stringify(error.details) === JSON.stringify([{ call: plan.name }]);
}
