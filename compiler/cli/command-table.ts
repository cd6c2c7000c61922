/** An option of a command. The table is the only place that knows options: parsing, help and suggestions read it. */
export interface OptionSpec {
  readonly name: string;
  readonly alias?: string;
  readonly type: "string" | "boolean" | "number";
  /** Allowed values. */
  readonly choices?: readonly string[];
  /** What stands for the value in the help: `dir`. */
  readonly value?: string;
  readonly help: string;
  /** Shown as `--no-name`; the option is on unless it is switched off. */
  readonly isNegative?: boolean;
}

export interface CommandSpec {
  readonly name: string;
  /** Arguments as shown in the help: `[files...]`. */
  readonly usage: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** What it does, for its own help. */
  readonly about: readonly string[];
  readonly options: readonly OptionSpec[];
  readonly examples: readonly { readonly command: string; readonly does: string }[];
}

const config: OptionSpec = {
  name: "config",
  alias: "c",
  type: "string",
  value: "file",
  help: "configuration file; default: the nearest rpcgen.config.{json,mjs,js,ts}",
};

const reporting: readonly OptionSpec[] = [
  { name: "error-format", type: "string", choices: ["text", "json"], help: "how findings are printed; default text" },
  {
    name: "color",
    type: "string",
    choices: ["auto", "always", "never"],
    help: "default auto: only on a terminal, NO_COLOR wins",
  },
  { name: "max-warnings", type: "number", value: "n", help: "fail when there are more warnings than that" },
];

const compile: CommandSpec = {
  name: "compile",
  usage: "[files...]",
  summary: "write TypeScript for schemas",
  about: [
    "Writes one module for each .rpc file and for each file it imports. Files may be directories or patterns; without any,",
    "`schemas` of the configuration says what to compile. Outputs stand beside their schemas, or mirror their tree below",
    "--out-dir. Nothing is written when nothing changed; outputs whose schema is gone are removed.",
  ],
  options: [
    { name: "out-dir", alias: "o", type: "string", value: "dir", help: "directory that receives the output tree" },
    { name: "check", type: "boolean", help: "write nothing; exit with 3 when outputs are not what the schemas say" },
    { name: "watch", alias: "w", type: "boolean", help: "compile again whenever a file changes" },
    { name: "dry-run", type: "boolean", help: "write nothing; list what would be written and removed" },
    { name: "clean", type: "boolean", help: "also remove every other generated file from the output directory" },
    { name: "force", type: "boolean", help: "replace files that were not generated" },
    { name: "cache", type: "boolean", isNegative: true, help: "compile everything, whatever the cache says" },
    { name: "stats", type: "boolean", help: "say where the time went" },
    config,
    ...reporting,
  ],
  examples: [
    { command: "rpcgen compile api/users.rpc --out-dir src/gen", does: "writes src/gen/users.rpc.ts" },
    { command: "rpcgen compile 'api/**/*.rpc' -o src/gen --watch", does: "keeps src/gen up to date" },
    { command: "rpcgen compile --check", does: "for CI: fails when somebody forgot to compile" },
  ],
};

const check: CommandSpec = {
  name: "check",
  usage: "[files...]",
  summary: "report what is wrong with schemas, write nothing",
  about: ["Reads schemas and all they import and reports every mistake. Takes the same files as compile."],
  options: [config, ...reporting],
  examples: [{ command: "rpcgen check api", does: "checks every schema below api" }],
};

const scaffold: CommandSpec = {
  name: "scaffold",
  usage: "<schema>",
  summary: "write handlers for a service, or add the missing ones to your file",
  about: [
    "Writes a file with a handler for each method of a service, for you to fill in. When the file exists, only methods and",
    "imports that are missing are added; what you wrote stays as it is, byte for byte.",
  ],
  options: [
    {
      name: "service",
      alias: "s",
      type: "string",
      value: "name",
      help: "the service; not needed when the schema has one",
    },
    { name: "out", type: "string", value: "file", help: "your file" },
    {
      name: "out-dir",
      alias: "o",
      type: "string",
      value: "dir",
      help: "where compile writes the schema's module; default: as configured, else beside the schema",
    },
    { name: "dry-run", type: "boolean", help: "print the result, write nothing" },
    config,
    ...reporting.slice(0, 2),
  ],
  examples: [
    {
      command: "rpcgen scaffold api/users.rpc --service Users --out src/users.ts -o src/gen",
      does: "writes or completes src/users.ts",
    },
  ],
};

const format: CommandSpec = {
  name: "format",
  usage: "[files...]",
  summary: "lay out schemas in the one canonical form",
  about: [
    "Rewrites schemas in place: indentation, spaces, line breaks, quotes. Meaning and comments stay. Schemas with syntax",
    "errors are reported and left alone. Takes the same files as compile.",
  ],
  options: [
    { name: "check", type: "boolean", help: "write nothing; list what is not formatted and exit with 3" },
    {
      name: "stdin-filepath",
      type: "string",
      value: "file",
      help: "format the input instead, named so; print the result",
    },
    { name: "print-width", type: "number", value: "n", help: "columns to keep to; default 100" },
    config,
    ...reporting.slice(0, 2),
  ],
  examples: [
    { command: "rpcgen format", does: "formats every schema of the configuration" },
    { command: "rpcgen format --check api", does: "for CI: fails when a schema is not formatted" },
  ],
};

const explain: CommandSpec = {
  name: "explain",
  usage: "<code or method>",
  summary: "say more about a finding, or which policy a method has",
  about: [
    "Of a diagnostic code: what it means, why it is a mistake and what to do about it. Of a method: each setting that governs",
    "its calls and where it comes from. What a single call says goes first, then live configuration, code, schema, defaults.",
  ],
  options: [
    {
      name: "schema",
      alias: "s",
      type: "string",
      value: "file",
      help: "schema of the method; default: those of the configuration",
    },
    {
      name: "live",
      type: "string",
      value: "file",
      help: "a document of live configuration, checked and laid over the schema",
    },
    config,
    ...reporting.slice(0, 2),
  ],
  examples: [
    { command: "rpcgen explain RPC0203", does: "explains a field number that is used twice" },
    {
      command: "rpcgen explain Users.get -s api/users.rpc --live live.json",
      does: "prints the policy of a method and where each setting comes from",
    },
  ],
};

const decode: CommandSpec = {
  name: "decode",
  usage: "[file]",
  summary: "print the frames of a capture file or hex dump",
  about: [
    "Prints every frame of recorded traffic: its fixed part, the tags of its header by name, its body. Reads capture files",
    "(pcap, pcapng), hex dumps (xxd, hexdump -C, Wireshark, plain digits) and bytes as they are, from a file or, as - or",
    "without one, from the input. With --schema bodies are shown field by field. What is broken is reported with its",
    "offset; the exit code is 1 then.",
  ],
  options: [
    { name: "schema", alias: "s", type: "string", value: "file", help: "the schema that the bodies follow" },
    {
      name: "method",
      alias: "m",
      type: "string",
      value: "path",
      help: "method of replies whose request is not there: Users/Get",
    },
    config,
    ...reporting.slice(0, 2),
  ],
  examples: [
    { command: "rpcgen decode traffic.pcap --schema api/users.rpc", does: "prints both directions of each connection" },
    { command: "xxd request.bin | rpcgen decode", does: "prints the frames of a hex dump" },
  ],
};

/** Every command, in the order of the help. */
const registry: CommandSpec = {
  name: "registry",
  usage: "",
  summary: "run a service registry",
  about: [
    "Runs a registry for services until it is interrupted: for one machine, a small team, or tests. It speaks the REST API",
    "of Eureka, so its clients work as they are; services of rpcgen name it in targets: registry://host:port/Service.",
    "It keeps nothing on disk: after a restart clients and peers bring everything back. Two or three that name each other as",
    "peers replicate, serve on when they are cut apart, and agree again afterwards.",
  ],
  options: [
    { name: "port", alias: "p", type: "number", value: "n", help: "port to listen on; default 8761, 0: any" },
    { name: "host", type: "string", value: "host", help: "address to listen on; default 127.0.0.1" },
    { name: "peers", type: "string", value: "urls", help: "the others, with commas: http://10.0.0.2:8761/eureka" },
    {
      name: "credentials",
      type: "string",
      value: "user:password",
      help: "what clients have to send; also read from RPCGEN_REGISTRY_CREDENTIALS",
    },
    {
      name: "insecure",
      type: "boolean",
      help: "let other machines in, unencrypted and unasked",
    },
    {
      name: "self-preservation",
      type: "boolean",
      isNegative: true,
      help: "evict instances that stop renewing, however many do at once",
    },
    {
      name: "probe",
      type: "boolean",
      isNegative: true,
      help: "do not ask instances that stopped renewing whether they are there",
    },
    { name: "quiet", alias: "q", type: "boolean", help: "print mistakes only" },
  ],
  examples: [
    { command: "rpcgen registry", does: "serves http://127.0.0.1:8761/eureka" },
    {
      command: "rpcgen registry -p 8762 --peers http://127.0.0.1:8761/eureka",
      does: "a second one that replicates with the first",
    },
  ],
};

export const commands: readonly CommandSpec[] = [compile, check, format, scaffold, decode, registry, explain];
