/** A test vector as it stands, one to a line, in `vectors/*.jsonl`. README.md says what each member means. */
export interface Vector {
  readonly id: string;
  /** Clauses of PROTOCOL.md that the vector proves. */
  readonly reqs: readonly string[];
  readonly level: "required" | "recommended";
  readonly kind: "frame" | "body" | "compressed" | "handshake" | "session";
  readonly note?: string;
  /** Features that not everybody has: those who do not name them skip the vector. */
  readonly needs?: readonly string[];
  /** Body: full name of the message. Session: which side the testee plays. */
  readonly schema?: string;
  readonly serialization?: "binary" | "json";
  readonly role?: "client" | "server";
  /** Session with a server: which of its servers; the usual one when absent. */
  readonly server?: "guarded";
  /** Session with a client: how it is to connect. */
  readonly connect?: { readonly transport?: "websocket"; readonly token?: string };
  readonly compressor?: string;
  /** Compressed: the longest message that the reader wants; 4 MiB when absent. */
  readonly maxMessageBytes?: number;
  /** The bytes to read. */
  readonly hex?: string;
  /** What they mean. Compressed: `{hex, times}`, these bytes so many times. */
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
  | { readonly raw: string; readonly times?: number }
  | { readonly http: { readonly status: string; readonly fields?: Fields } }
  | { readonly upgrade: { readonly path: string; readonly status?: string } }
  | { readonly http2: { readonly type: number; readonly flags?: number; readonly payload?: string } }
  | { readonly websocket: ControlPattern }
  | { readonly expect: FramePattern }
  | { readonly option: Readonly<Record<string, unknown>> }
  | { readonly close: true }
  | { readonly end: true }
  | { readonly call: ClientCall }
  | { readonly outcome: ClientOutcome };

/** Fields of a head of HTTP, names in lower case; `null`: not there. */
type Fields = Readonly<Record<string, string | null>>;

/** A frame of a WebSocket that is no binary message; its payload begins with what is given. */
interface ControlPattern {
  readonly opcode: number;
  readonly payload?: string;
  /** Opcodes of frames that may come before. */
  readonly skip?: readonly number[];
}

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
  /** Frames of the kind that do not match may come before. */
  readonly until?: true;
}

/** What a client under test is told to call. */
export interface ClientCall {
  readonly key: string;
  readonly method: string;
  readonly request: unknown;
  /** So many times the text of the request is told. */
  readonly times?: number;
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
