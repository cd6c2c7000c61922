import type { MethodType } from "../call/method-type.ts";
import { PerMethod } from "../call/per-method.ts";
import { Histogram } from "./histogram.ts";

/** Codes 0 (ok) to 16. */
const codeCount = 17;

/** What is counted of one method on one side. */
export class MethodMetrics {
  readonly service: string;
  readonly method: string;
  /** Calls that ended, by code. */
  readonly ended: Float64Array;
  /** Server: one-way calls that were turned away before they began, by code. */
  readonly dropped: Float64Array;
  readonly duration: Histogram;
  /** Client: what calls took beyond what servers worked on them. */
  readonly network: Histogram;
  inProgress: number;
  attempts: number;
  bytesSent: number;
  bytesReceived: number;

  constructor({ service, path }: MethodType) {
    this.service = service;
    this.method = path.slice(1);
    this.ended = new Float64Array(codeCount);
    this.dropped = new Float64Array(codeCount);
    this.duration = new Histogram();
    this.network = new Histogram();
    this.inProgress = 0;
    this.attempts = 0;
    this.bytesSent = 0;
    this.bytesReceived = 0;
  }

  end(code: number, seconds: number): void {
    this.inProgress--;
    this.ended[code] = (this.ended[code] as number) + 1;
    this.duration.record(seconds);
  }

  /** Calls that ended, whatever became of them. */
  get calls(): number {
    return this.ended.reduce((sum, count) => sum + count, 0);
  }
}

/** Metrics by method. Methods come from schemas, so there are never more than these know. */
export class MethodTable {
  /** By path: a method may come with several policies. */
  private readonly methods: Map<string, MethodMetrics>;
  private readonly known: PerMethod<MethodMetrics>;

  constructor() {
    this.methods = new Map();
    this.known = new PerMethod((method) => this.byPath(method));
  }

  of(method: MethodType): MethodMetrics {
    return this.known.of(method);
  }

  private byPath(method: MethodType): MethodMetrics {
    let metrics = this.methods.get(method.path);
    if (metrics === undefined) this.methods.set(method.path, (metrics = new MethodMetrics(method)));
    return metrics;
  }

  all(): readonly MethodMetrics[] {
    return [...this.methods.values()];
  }
}
