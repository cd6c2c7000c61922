import type { SchemaDescriptor } from "@rpcgen/runtime/descriptor";
import type { Vector } from "../source/vector.ts";

/** A program under test, or an object that plays one. */
export interface Testee {
  request(message: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>>;
}

/** What became of one vector. */
export interface VectorResult {
  readonly id: string;
  readonly kind: string;
  readonly level: string;
  readonly outcome: "passed" | "failed" | "skipped";
  readonly message?: string;
}

export interface Report {
  readonly name: string;
  readonly results: readonly VectorResult[];
  /** What the list of known failures did not foresee. */
  readonly surprises: readonly string[];
}

export interface RunOptions {
  readonly testee: Testee;
  readonly vectors: readonly Vector[];
  readonly schema?: SchemaDescriptor;
  readonly known?: Readonly<Record<string, string>>;
  readonly waitMs?: number;
}

export function runVectors(options: RunOptions): Promise<Report>;
export function tableOf(report: Report): string;
