/** No stream of the small client that nobody reads holds up a call. */
import { afterEach, expect, test, vi } from "vitest";
import type { Frame } from "../../../runtime/lean/frames.ts";
import { FrameFlag, FrameKind } from "../../../runtime/protocol/frame.ts";
import { Note } from "../fixture/lab.ts";
import { answer, createScript } from "./scripted-socket.ts";

afterEach(() => void vi.unstubAllGlobals());

const { request, response, item, credit } = FrameKind;
const kib = 1024;

/** Streams in whose way the credit of a server stands that reads nothing. */
async function stuckStreams(count: number, maxChunkedMessages: number): Promise<ReturnType<typeof createScript>> {
  const script = createScript({ limits: { maxChunkedMessages } });
  for (let stream = 0; stream < count; stream++) script.lab.chat([{ data: new Uint8Array(300 * kib) }]);
  await script.accept();
  return script;
}

test("items in chunks leave half of the places to requests", async () => {
  const script = await stuckStreams(6, 8);
  const server = script.socket();
  expect(new Set(server.sent(item).map(({ idLow }) => idLow)).size).toBe(4);
  const outcome = script.lab.echo({ data: new Uint8Array(100 * kib) });
  await script.env.advanceAsync(1);
  const last = server.sent(request).at(-1) as Frame;
  expect(last.flags & FrameFlag.moreFollows).toBe(0);
  server.receive(answer(response, last));
  expect((await outcome).text).toBe("");
});

test("items in chunks have the only place where there is one", async () => {
  const script = await stuckStreams(2, 1);
  expect(
    new Set(
      script
        .socket()
        .sent(item)
        .map(({ idLow }) => idLow),
    ).size,
  ).toBe(1);
});

test("a reply in chunks gets credit before an item whose stream is not read, when there is no memory for both", async () => {
  const script = createScript({ limits: { maxPartialBytes: 1 } });
  script.lab.list({});
  script.lab.echo({}).catch(() => undefined);
  const server = await script.accept();
  const [list, echo] = server.sent(request) as [Frame, Frame];
  const body = Note.encode({ data: new Uint8Array(60 * kib) });
  // Behind items that wait for their reader, one that has come in part.
  for (const flags of [0, 0, 0, FrameFlag.moreFollows]) server.receive(answer(item, list, { flags, body }));
  for (let part = 0; part < 3; part++) server.receive(answer(response, echo, { flags: FrameFlag.moreFollows, body }));
  await script.env.advanceAsync(1);
  expect(server.sent(credit).map(({ idLow }) => idLow)).toEqual([echo.idLow]);
});
