/** Runs in Chromium: calls the server that the query names, and sends what came of it to the server of the page. */
import { type createClient, RpcError } from "@rpcgen/runtime";
import { Lab, type LabClient, Missing } from "../runtime/fixture/lab.ts";

/** What the page saw: one line of JSON per step. */
export type Outcomes = Readonly<Record<string, unknown>>;

const { search } = (globalThis as unknown as { location: { search: string } }).location;
const target = new URLSearchParams(search).get("target") ?? "";

const steps: Readonly<Record<string, () => Promise<unknown>>> = {
  unary: async () => {
    const note = await lab.echo({ text: "grüße aus dem browser 🎈", count: 7, data: new Uint8Array([1, 2, 3]) });
    return [note.text, note.count, [...note.data]];
  },
  large: async () => (await lab.echo({ data: new Uint8Array(1_000_000).fill(7) })).data.length,
  declaredError: async () => {
    const error = await errorOf(lab.echo({ text: "missing" }));
    return Missing.is(error) ? error.data.what : String(error);
  },
  serverStream: async () => {
    const counts: number[] = [];
    for await (const note of lab.list({ text: "n", count: 500 })) counts.push(note.count);
    return [counts.length, counts.every((count, index) => count === index)];
  },
  bidirectional: async () => {
    const texts: string[] = [];
    for await (const note of lab.chat([{ text: "a" }, { text: "b" }])) texts.push(note.text);
    return texts;
  },
  parallel: async () => {
    const counts = Array.from({ length: 200 }, (_, count) => count);
    const notes = await Promise.all(counts.map((count) => lab.echo({ count })));
    return notes.every((note, index) => note.count === index);
  },
  cancel: async () => {
    const controller = new AbortController();
    const call = errorOf(lab.echo({ text: "hang" }, { signal: controller.signal }));
    controller.abort();
    return reasonOf(await call);
  },
  deadline: async () => reasonOf(await errorOf(lab.echo({ text: "hang" }, { timeoutMs: 50 }))),
  abandonedStream: async () => {
    for await (const note of lab.list({ text: "n", count: 1_000_000 })) if (note.count === 3) return note.count;
    return "ended";
  },
  closed: async () => {
    await lab.close();
    return reasonOf(await errorOf(lab.echo({})));
  },
};

let lab: LabClient;

async function errorOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => "no error",
    (error: unknown) => error,
  );
}

function reasonOf(error: unknown): string {
  return RpcError.is(error) ? error.reason : String(error);
}

async function run(): Promise<Outcomes> {
  const outcomes: Record<string, unknown> = {};
  for (const [name, step] of Object.entries(steps)) {
    outcomes[name] = await step().catch((error: unknown) => reasonOf(error));
  }
  return outcomes;
}

/** Makes all the calls with a client of this make, shows and reports what came of them. */
export async function main(create: typeof createClient): Promise<void> {
  lab = create(Lab, { target, connectTimeoutMs: 5_000, timeoutMs: 10_000 });
  const outcomes = await run();
  show(outcomes);
  await fetch("/result", { method: "POST", body: JSON.stringify(outcomes) });
}

function show(found: Outcomes): void {
  const page = globalThis as unknown as { document: { body: { textContent: string } } };
  page.document.body.textContent = JSON.stringify(found, null, 2);
}
