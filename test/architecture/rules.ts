/** What the files of a folder may import. The table is the living form of the import rules in CONTRIBUTING.md. */
export interface FolderRule {
  /** Path prefix from the root; the longest one that fits a file is its rule. */
  readonly folder: string;
  /** Folders and files it may import besides itself; `:types` allows imports that are erased only. */
  readonly imports: readonly string[];
}

const all = ["runtime/environment", "runtime/errors"];

export const folderRules: readonly FolderRule[] = [
  { folder: "runtime/environment/", imports: ["runtime/errors"] },
  { folder: "runtime/errors/", imports: [] },
  { folder: "runtime/descriptor/", imports: [] },
  { folder: "runtime/wire/", imports: all },
  { folder: "runtime/compression/", imports: all },
  { folder: "runtime/transport/", imports: all },
  { folder: "runtime/codec/", imports: [...all, "runtime/wire", "runtime/descriptor"] },
  { folder: "runtime/protocol/", imports: [...all, "runtime/wire"] },
  {
    folder: "runtime/connection/",
    imports: [...all, "runtime/protocol", "runtime/transport", "runtime/compression", "runtime/wire/lent-memory.ts"],
  },
  {
    folder: "runtime/call/",
    imports: [
      ...all,
      "runtime/descriptor",
      "runtime/codec:types",
      "runtime/transport:types",
      "runtime/discovery:types",
      "runtime/protocol:types",
    ],
  },
  { folder: "runtime/interceptor/", imports: [...all, "runtime/call"] },
  { folder: "runtime/plugin/", imports: [...all, "runtime/interceptor", "runtime/call"] },
  // Contracts and what stands above all engines; each engine is a leaf.
  { folder: "runtime/discovery/", imports: [...all, "runtime/plugin"] },
  ...["memory", "static", "dns", "file", "etcd", "zookeeper", "eureka", "redis"].map((engine) => ({
    folder: `runtime/discovery/${engine}/`,
    imports: [...all, "runtime/discovery", "runtime/coordination", "node:"],
  })),
  // What the HTTP ports of the registry and of the administration share.
  { folder: "runtime/http/", imports: [...all, "runtime/transport/address.ts", "node:"] },
  { folder: "runtime/registry/", imports: [...all, "runtime/http", "runtime/transport/address.ts", "node:"] },
  {
    folder: "runtime/admin/",
    imports: [...all, "runtime/http", "runtime/transport/address.ts", "runtime/call:types", "node:"],
  },
  // Clients of coordination services, shared by the engines of discovery and the sources of configuration.
  { folder: "runtime/coordination/", imports: [...all, "runtime/wire", "node:"] },
  { folder: "runtime/configuration/", imports: [...all, "runtime/call", "runtime/descriptor:types"] },
  ...["memory", "file", "etcd", "zookeeper"].map((source) => ({
    folder: `runtime/configuration/${source}/`,
    imports: [...all, "runtime/configuration", "runtime/discovery", "runtime/coordination", "node:"],
  })),
  {
    folder: "runtime/telemetry/",
    imports: [...all, "runtime/plugin", "runtime/interceptor", "runtime/call", "runtime/protocol:types"],
  },
  {
    folder: "runtime/telemetry/opentelemetry/",
    imports: [
      ...all,
      "runtime/telemetry",
      "runtime/plugin",
      "runtime/interceptor",
      "runtime/call",
      "runtime/protocol:types",
      "@opentelemetry/api",
    ],
  },
  {
    folder: "runtime/governance/",
    // Mocks are made of what schemas say.
    imports: [
      ...all,
      "runtime/interceptor",
      "runtime/call",
      "runtime/plugin",
      "runtime/discovery",
      "runtime/descriptor:types",
    ],
  },
  {
    folder: "runtime/codegen/",
    // Methods with streams bring along what pages need for them.
    imports: [...all, "runtime/wire", "runtime/codec", "runtime/descriptor", "runtime/call", "runtime/lean/streams.ts"],
  },
  // Services of our own: their schemas are compiled by the tool, so they import what all generated code imports.
  { folder: "runtime/health/", imports: [...all, "runtime/call", "@rpcgen/runtime/codegen"] },
  {
    folder: "runtime/reflection/",
    imports: [...all, "runtime/call:types", "runtime/descriptor:types", "@rpcgen/runtime/codegen"],
  },
  ...["client", "server"].map((side) => ({
    folder: `runtime/${side}/`,
    imports: [
      ...all,
      ...[
        "compression",
        "connection",
        "transport",
        "protocol",
        "call",
        "codec",
        "descriptor",
        "interceptor",
        "plugin",
        "discovery",
        "governance",
      ].map((folder) => `runtime/${folder}`),
    ],
  })),
  // The small client for pages: takes from the other one what it has no need to do in another way.
  {
    folder: "runtime/lean/",
    imports: [...all, "runtime/protocol", "runtime/transport", "runtime/call", "runtime/client", "runtime/codec:types"],
  },
  { folder: "runtime/testing/", imports: ["runtime", "vitest"] },
  { folder: "runtime/index.ts", imports: ["runtime"] },
  { folder: "runtime/browser.ts", imports: ["runtime"] },
  { folder: "templates/", imports: ["@rpcgen/runtime/codegen", "@rpcgen/runtime/descriptor:types"] },
  { folder: "compiler/source/", imports: [] },
  { folder: "compiler/diagnostics/", imports: ["compiler/source:types"] },
  { folder: "compiler/syntax/", imports: ["compiler/source", "compiler/diagnostics", "chevrotain"] },
  {
    folder: "compiler/semantics/",
    // The runtime says what an e-mail address is: examples are held to the same.
    imports: [
      "compiler/syntax",
      "compiler/source",
      "compiler/diagnostics",
      "@rpcgen/runtime/descriptor",
      "@rpcgen/runtime/codegen",
    ],
  },
  {
    folder: "compiler/lower/",
    imports: [
      "compiler/semantics",
      "compiler/syntax",
      "compiler/source",
      "compiler/diagnostics",
      "@rpcgen/runtime/descriptor",
    ],
  },
  {
    folder: "compiler/parts/",
    imports: [
      "compiler/semantics",
      "compiler/lower",
      "compiler/syntax:types",
      "compiler/source:types",
      "compiler/diagnostics:types",
      "@rpcgen/runtime/descriptor",
    ],
  },
  {
    folder: "compiler/emit/",
    imports: [
      "compiler/diagnostics",
      "compiler/source",
      "templates/template.ts:types",
      "@rpcgen/runtime/descriptor:types",
      "node:",
    ],
  },
  { folder: "compiler/scaffold/", imports: ["ts-morph"] },
  {
    folder: "compiler/format/",
    imports: ["compiler/syntax", "compiler/source", "compiler/diagnostics", "prettier"],
  },
  {
    folder: "compiler/config/",
    imports: [
      "compiler/diagnostics",
      "compiler/source",
      "compiler/emit/output-path.ts",
      "compiler/emit/stamp.ts",
      "templates/template.ts:types",
      "node:",
    ],
  },
  {
    folder: "compiler/decode/",
    imports: ["@rpcgen/runtime/protocol", "@rpcgen/runtime/descriptor:types", "node:zlib"],
  },
  { folder: "compiler/index.ts", imports: ["compiler", "templates/index.ts", "@rpcgen/runtime/descriptor"] },
  { folder: "compiler/version.ts", imports: [] },
  {
    folder: "compiler/cli/",
    imports: [
      ...[
        "index.ts",
        "version.ts",
        "config",
        "decode",
        "diagnostics",
        "emit",
        "format",
        "parts",
        "scaffold",
        "source",
      ].map((part) => `compiler/${part}`),
      "templates",
      "@rpcgen/runtime/descriptor:types",
      "@rpcgen/runtime/registry",
      "@rpcgen/runtime/configuration",
      "yargs",
      "node:",
    ],
  },
];

/** Libraries and the only folders that may import them. */
export const libraryHomes: Readonly<Record<string, string>> = {
  chevrotain: "compiler/syntax/",
  "ts-morph": "compiler/scaffold/",
  prettier: "compiler/format/",
  yargs: "compiler/cli/",
};

/** Heavy parts of the tool that must be loaded only when they are used. */
export const lazyOnly: readonly string[] = ["compiler/scaffold/merge.ts", "compiler/cli/commands/format.ts", "yargs"];

/** Folders of the runtime whose sub-folders are leaves: nobody but their own export entry imports one. */
export const leafParents: readonly string[] = [
  "runtime/discovery/",
  "runtime/configuration/",
  "runtime/telemetry/",
  "runtime/interop/",
];

/** What runtime code may not name, and the folders where it may. */
export const restrictedGlobals: readonly {
  readonly pattern: RegExp;
  readonly name: string;
  readonly homes: readonly string[];
}[] = [
  { name: "Date.now", pattern: /\bDate\.now\b/u, homes: ["runtime/environment/"] },
  { name: "performance.now", pattern: /\bperformance\.now\b/u, homes: ["runtime/environment/"] },
  { name: "Math.random", pattern: /\bMath\.random\b/u, homes: ["runtime/environment/"] },
  {
    name: "a timer",
    pattern: /(?<![.\w$])(?:setTimeout|setInterval|setImmediate)\s*\(/u,
    homes: ["runtime/environment/", "runtime/transport/", "runtime/testing/"],
  },
  {
    name: "a socket",
    pattern: /["']node:(?:net|tls|dgram|http|https|http2)["']|\bnet\.\w/u,
    homes: [
      "runtime/transport/",
      "runtime/registry/",
      "runtime/http/",
      "runtime/admin/",
      "runtime/coordination/",
      "runtime/discovery/eureka/",
      "runtime/testing/fault-proxy.ts",
    ],
  },
  { name: "eval", pattern: /(?<![.\w$])eval\s*\(|\bnew Function\b/u, homes: [] },
];

/** Modules of Node that any folder of the runtime may use. */
export const plainNodeModules: readonly string[] = ["node:buffer"];

/** Folders of the runtime that may use any other module of Node. */
export const runtimeNodeHomes: readonly string[] = [
  "runtime/transport/",
  "runtime/environment/",
  "runtime/compression/",
  "runtime/testing/",
  "runtime/coordination/",
  "runtime/discovery/",
  "runtime/configuration/file/",
  "runtime/registry/",
  "runtime/discovery/eureka/",
  "runtime/http/",
  "runtime/admin/",
];
