/** A test vector as it stands, one to a line, in `vectors/*.jsonl`. README.md says what each member means. */
export interface Vector {
  readonly id: string;
  /** Clauses of PROTOCOL.md that the vector proves. */
  readonly reqs: readonly string[];
  readonly level: "required" | "recommended";
  readonly kind: "frame" | "body" | "handshake" | "session";
  readonly note?: string;
  /** Body: full name of the message. Session: which side the testee plays. */
  readonly schema?: string;
  readonly serialization?: "binary" | "json";
  readonly role?: "client" | "server";
  /** The bytes to read. */
  readonly hex?: string;
  /** What they mean. */
  readonly value?: unknown;
  /** What a writer makes of the value; absent when only reading is tested. */
  readonly encoded?: string;
  /** Other bytes that a writer may make of the value. */
  readonly also?: readonly string[];
  readonly steps?: readonly Step[];
  readonly expect: Expectation;
}

/** Good; or the status code of the error; or the code of the GOAWAY that ends the connection, "silent" for none. */
export type Expectation =
  | { readonly ok: true }
  | { readonly error: true; readonly code: number }
  | { readonly close: true; readonly code: number | "silent" };

/** A step of a session. */
export type Step =
  | { readonly send: string; readonly times?: number }
  | { readonly expect: FramePattern }
  | { readonly option: Readonly<Record<string, unknown>> }
  | { readonly close: true }
  | { readonly end: true }
  | { readonly call: ClientCall }
  | { readonly outcome: ClientOutcome };

/** Members that are given must match; headers that are given must be there, `null` for any value. */
export interface FramePattern {
  readonly kind: number;
  /** Hex of 8 bytes, or `$name`: any, known as {name} in what is sent later. */
  readonly id?: string;
  readonly serialization?: number;
  readonly flags?: number;
  readonly header?: Readonly<Record<string, string | null>>;
  readonly body?: string;
  /** Kinds of frames that may come before. Credit and settings always may. */
  readonly skip?: readonly number[];
}

/** What a client under test is told to call. */
export interface ClientCall {
  readonly key: string;
  readonly method: string;
  readonly request: unknown;
  readonly metadata?: readonly (readonly [string, string])[];
  readonly timeoutMs?: number;
}

/** What a client under test must report. */
export interface ClientOutcome {
  readonly key: string;
  readonly result?: unknown;
  readonly metadata?: readonly (readonly [string, string])[];
  readonly error?: {
    /** `null`: any. */
    readonly code: number | null;
    readonly reason?: string;
    readonly message?: string;
    readonly type?: string;
    readonly data?: unknown;
  };
}

/** The text of a file of vectors. */
export function toLines(vectors: readonly Vector[]): string {
  return vectors.map((vector) => `${JSON.stringify(vector)}\n`).join("");
}
