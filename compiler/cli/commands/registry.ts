import { createRegistryServer, type RegistryEvent, type RegistryServerOptions } from "@rpcgen/runtime/registry";
import { type ParsedArguments, UsageError } from "../arguments.ts";
import { EXIT } from "../exit-code.ts";
import type { Command } from "../run.ts";

const defaultPort = 8761;

/** `rpcgen registry --port 8761 --peers http://10.0.0.2:8761/eureka` */
export const registry: Command = async (args, { console }) => {
  if (args.positional.length > 0) throw new UsageError("registry takes options only; see rpcgen registry --help");
  const isQuiet = args.flag("quiet");
  const print = (text: string): void => (isQuiet ? undefined : console.output(`${text}\n`));
  const address = { host: args.text("host") ?? "127.0.0.1", port: args.number("port") ?? defaultPort };
  const server = await createRegistryServer(address, {
    ...optionsOf(args),
    onEvent: (event) => print(lineOf(event)),
  }).catch((error: unknown) => {
    throw new UsageError(reasonOf(error, address.port));
  });
  print(`registry at ${server.url}; Ctrl-C ends it`);
  await interrupted();
  await server.close();
  return EXIT.ok;
};

function optionsOf(args: ParsedArguments): RegistryServerOptions {
  const text = args.text("credentials") ?? process.env["RPCGEN_REGISTRY_CREDENTIALS"];
  const [user = "", ...password] = text?.split(":") ?? [];
  if (text !== undefined && (user === "" || password.length === 0)) {
    throw new UsageError("--credentials takes a name and a password: --credentials ops:secret");
  }
  return {
    peers: args.text("peers")?.split(",").filter(Boolean) ?? [],
    credentials: text === undefined ? undefined : { user, password: password.join(":") },
    insecure: args.flag("insecure"),
    selfPreservation: args.isOn("self-preservation"),
    probe: args.isOn("probe"),
  };
}

/** Names were chosen by strangers: what a terminal would act on is shown as its code. */
function lineOf({ kind, app = "", id = "", detail }: RegistryEvent): string {
  const names = `${app}/${id}`.replace(
    /[\p{Cc}\p{Cf}\u2028\u2029]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return `${new Date().toISOString()} ${kind} ${names.slice(0, 256)}${detail === undefined ? "" : ` (${detail})`}`;
}

function reasonOf(error: unknown, port: number): string {
  if (!(error instanceof Error)) return String(error);
  if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") return error.message;
  return `port ${port} is taken; another registry may be running. Choose one with --port, or --port 0 for any`;
}

function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
}
