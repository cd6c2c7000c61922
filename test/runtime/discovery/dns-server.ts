import { createSocket } from "node:dgram";
import { isIPv4 } from "node:net";

/** What a name has, as a test writes it. */
export type DnsRecord =
  | {
      readonly kind: "SRV";
      readonly priority: number;
      readonly weight: number;
      readonly port: number;
      readonly name: string;
    }
  | { readonly kind: "A"; readonly address: string; readonly ttl?: number };

/** A name server on 127.0.0.1 that knows what the test tells it. */
export interface DnsServer {
  /** `127.0.0.1:5353`. */
  readonly address: string;
  /** Names that were asked for, each with the number of the type: 1 is A, 28 AAAA, 33 SRV. */
  readonly asked: readonly string[];
  set(name: string, records: readonly DnsRecord[]): void;
  [Symbol.asyncDispose](): Promise<void>;
}

const types = { A: 1, SRV: 33 } as const;
const flags = { answer: 0x8180, noSuchName: 0x8183 } as const;

/** RFC 1035, as far as questions for A, AAAA and SRV go. */
export async function startDnsServer(zone: Readonly<Record<string, readonly DnsRecord[]>> = {}): Promise<DnsServer> {
  const names = new Map(Object.entries(zone));
  const asked: string[] = [];
  const socket = createSocket("udp4");
  socket.on("message", (query, { port, address }) => {
    const { name, type, end } = questionOf(query);
    asked.push(`${name} ${type}`);
    const records = names.get(name);
    const answers = (records ?? []).filter(({ kind }) => types[kind] === type);
    const head = Buffer.alloc(12);
    query.copy(head, 0, 0, 2);
    head.writeUInt16BE(records === undefined ? flags.noSuchName : flags.answer, 2);
    head.writeUInt16BE(1, 4);
    head.writeUInt16BE(answers.length, 6);
    socket.send(Buffer.concat([head, query.subarray(12, end), ...answers.map(answerOf)]), port, address);
  });
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  return {
    address: `127.0.0.1:${socket.address().port}`,
    asked,
    set: (name, records) => void names.set(name, records),
    [Symbol.asyncDispose]: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}

function questionOf(query: Buffer): { readonly name: string; readonly type: number; readonly end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString("ascii", at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join(".").toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 };
}

/** For the name in the question, which stands at byte 12. */
function answerOf(record: DnsRecord): Buffer {
  const data = record.kind === "A" ? addressData(record.address) : serviceData(record);
  const head = Buffer.alloc(12);
  head.writeUInt16BE(0xc00c, 0);
  head.writeUInt16BE(types[record.kind], 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt32BE(record.kind === "A" ? (record.ttl ?? 60) : 60, 6);
  head.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, data]);
}

function addressData(address: string): Buffer {
  if (!isIPv4(address)) throw new TypeError(`${address} is no IPv4 address.`);
  return Buffer.from(address.split(".").map(Number));
}

function serviceData({ priority, weight, port, name }: Extract<DnsRecord, { kind: "SRV" }>): Buffer {
  const numbers = Buffer.alloc(6);
  numbers.writeUInt16BE(priority, 0);
  numbers.writeUInt16BE(weight, 2);
  numbers.writeUInt16BE(port, 4);
  const labels = name
    .split(".")
    .filter((label) => label !== "")
    .map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label, "ascii")]));
  return Buffer.concat([numbers, ...labels, Buffer.from([0])]);
}
