import { createServerConnection } from "../../../runtime/connection/server-connection.ts";
import { type Option, parseOption } from "../../../runtime/protocol/handshake.ts";
import { createVirtualEnvironment } from "../../../runtime/testing/virtual-environment.ts";
import { createVirtualPair } from "../../../runtime/testing/virtual-network.ts";

/** What a server does with the first bytes of a client. */
export function verdictOfOption(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  const environment = createVirtualEnvironment();
  const [left, right] = createVirtualPair({ environment });
  createServerConnection({ transport: right, environment, events: { onRequest: () => undefined } });
  let answer = "";
  left.start({
    onData: (piece) => void (answer += Buffer.from(piece).toString("utf8")),
    onDrain: () => undefined,
    onClose: () => undefined,
  });
  left.write(bytes);
  environment.advance(10);
  if (answer === "") return { close: { code: "silent" } };
  const option = parseOption(Buffer.from(answer.split("\n")[0] ?? ""));
  if (typeof option === "string") throw new Error(`The server answered ${answer}.`);
  return option.error === undefined ? { value: spell(bytes) } : { error: { code: 14 } };
}

function spell(bytes: Uint8Array): unknown {
  const option = parseOption(bytes.subarray(0, -1)) as Option;
  const { maxFrameBytes, maxMessageBytes, maxCalls } = option.limits;
  return {
    CodecType: option.codecType,
    Version: String(option.version),
    Serializations: option.serializations.map((number) => (number === 2 ? "json" : "binary")),
    Limits: {
      MaxFrameBytes: String(maxFrameBytes),
      MaxMessageBytes: String(maxMessageBytes),
      MaxCalls: String(maxCalls),
    },
    ...(option.peerName === undefined ? {} : { Peer: option.peerName }),
  };
}
