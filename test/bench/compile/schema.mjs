/**
 * The same schema twice, as .rpc and as .proto: files of messages with every usual kind of field, each file referring to the one
 * before it, and one service per file.
 */

const scalars = [
  ["string", "string"],
  ["int32", "int32"],
  ["uint64", "uint64"],
  ["bool", "bool"],
  ["double", "double"],
  ["bytes", "bytes"],
];

/**
 * @param {{ readonly files: number, readonly messages: number }} size `messages` of each file
 * @returns {{ rpc: Map<string, string>, proto: Map<string, string> }} texts by file name
 */
export function createSchema({ files, messages }) {
  const rpc = new Map();
  const proto = new Map();
  for (let file = 0; file < files; file++) {
    rpc.set(`part${file}.rpc`, rpcFile(file, messages));
    proto.set(`part${file}.proto`, protoFile(file, messages));
  }
  return { rpc, proto };
}

function rpcFile(file, count) {
  const lines = ["edition 2026;", `package bench.part${file};`, ""];
  if (file > 0) lines.push(`import { P${file - 1}Record0 } from "./part${file - 1}.rpc";`, "");
  lines.push(`enum P${file}Kind { unspecified = 0; first = 1; second = 2; third = 3; }`, "");
  for (let index = 0; index < count; index++) {
    lines.push(`/** Record ${index} of part ${file}. */`, `message P${file}Record${index} {`);
    for (const { name, number, rpc, doc } of fieldsOf(file, index))
      lines.push(`  /** ${doc} */`, `  ${name}${rpc} = ${number};`);
    lines.push(
      "  choice?: oneof {",
      "    text: string = 20;",
      "    count: int64 = 21;",
      "    raw: bytes = 22;",
      "  };",
      "}",
      "",
    );
  }
  lines.push(`service P${file}Store {`);
  for (let index = 0; index < Math.min(5, count); index++) {
    lines.push(
      `  /** Method ${index}. */`,
      `  method${index}(P${file}Record${index}): P${file}Record${(index + 1) % count};`,
    );
  }
  return [...lines, "}", ""].join("\n");
}

function protoFile(file, count) {
  const lines = ['syntax = "proto3";', `package bench.part${file};`, "", 'import "google/protobuf/timestamp.proto";'];
  if (file > 0) lines.push(`import "part${file - 1}.proto";`);
  const kind = `P${file}_KIND_`;
  lines.push(
    "",
    `enum P${file}Kind { ${kind}UNSPECIFIED = 0; ${kind}FIRST = 1; ${kind}SECOND = 2; ${kind}THIRD = 3; }`,
    "",
  );
  for (let index = 0; index < count; index++) {
    lines.push(`// Record ${index} of part ${file}.`, `message P${file}Record${index} {`);
    for (const { name, number, proto, doc } of fieldsOf(file, index))
      lines.push(`  // ${doc}`, `  ${proto} ${snake(name)} = ${number};`);
    lines.push(
      "  oneof choice {",
      "    string text = 20;",
      "    int64 count = 21;",
      "    bytes raw = 22;",
      "  }",
      "}",
      "",
    );
  }
  lines.push(`service P${file}Store {`);
  for (let index = 0; index < Math.min(5, count); index++) {
    lines.push(
      `  // Method ${index}.`,
      `  rpc Method${index}(P${file}Record${index}) returns (P${file}Record${(index + 1) % count});`,
    );
  }
  return [...lines, "}", ""].join("\n");
}

/** 13 fields: scalars, optional, list, map, enum, timestamp, a message of this file and one of the file before. */
function fieldsOf(file, index) {
  const fields = scalars.map(([rpc, proto], number) => ({
    name: `${rpc}Value`,
    number: number + 1,
    rpc: `: ${rpc}`,
    proto,
  }));
  const other = index > 0 ? `P${file}Record${index - 1}` : `P${file}Record0`;
  const foreign = file > 0 ? `P${file - 1}Record0` : other;
  const more = [
    ["nickname", "?: string", "optional string"],
    ["tags", ": string[]", "repeated string"],
    ["scores", ": int32[]", "repeated int32"],
    ["labels", ": map<string, string>", "map<string, string>"],
    ["kind", `: P${file}Kind`, `P${file}Kind`],
    ["createdAt", "?: timestamp", "google.protobuf.Timestamp"],
    ["other", `?: ${other}`, other],
    ["foreign", `?: ${foreign}`, ownPackage(foreign, file)],
  ].map(([name, rpc, proto], at) => ({ name, number: scalars.length + 1 + at, rpc, proto }));
  return [...fields, ...more].map((field) => ({ ...field, doc: `The ${field.name} of record ${index}.` }));
}

function ownPackage(name, file) {
  return file > 0 ? `bench.part${file - 1}.${name}` : name;
}

/** @param {string} name */
function snake(name) {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
