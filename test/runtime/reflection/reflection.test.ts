import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { schemaSource, type SchemaSource } from "../../../runtime/codegen/index.ts";
import { createHealth, Health, healthSchema } from "../../../runtime/health/index.ts";
import { createClient, createServer, RpcError, type Server, type ServerOptions } from "../../../runtime/index.ts";
import {
  createReflection,
  NotDescribed,
  Reflection,
  type ReflectionClient,
  reflectionSchema,
} from "../../../runtime/reflection/index.ts";
import { runTool } from "../../compiler/cli/run-tool.ts";
import { Lab } from "../fixture/lab.ts";
import { echoing, errorOf } from "../fixture/world.ts";

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).toReversed()) await one.close();
});

let count = 0;

/** A server with a service that has no schema here, and a client of its reflection. */
async function reflect(
  schemas?: readonly SchemaSource[],
  options: ServerOptions = {},
): Promise<{ server: Server; client: ReflectionClient }> {
  const server = createServer(options).add(Lab, echoing);
  server.add(Reflection, createReflection({ server, schemas }));
  const client = createClient(Reflection, { target: await server.listen(`memory:reflection-${count++}`) });
  opened.push(server, client);
  return { server, client };
}

/** A schema with a service of the name and these imports. */
function schema(path: string, service: string, imports: readonly string[] = []): SchemaSource {
  const declarations = service === "" ? [] : [{ name: service, kind: "service", methods: [], reservedNames: [] }];
  return schemaSource(JSON.stringify({ path, package: "lab.v1", edition: 2026, imports, reexports: [], declarations }));
}

async function paths(client: ReflectionClient, service: string): Promise<readonly string[]> {
  const { files } = await client.describe({ service });
  return files.map((text) => (JSON.parse(text) as { path: string }).path);
}

describe("a server tells", () => {
  test("which services it has, also those that came later, and which of them it can describe", async () => {
    const { server, client } = await reflect([healthSchema, reflectionSchema]);
    server.add(Health, createHealth().handlers);
    const { services } = await client.list();
    expect(services.map(({ name, described }) => [name, described])).toEqual([
      ["lab.v1.Lab", false],
      ["rpcgen.reflection.v1.Reflection", true],
      ["rpcgen.health.v1.Health", true],
    ]);
    expect(services[0]?.methods).toContainEqual({
      path: "/lab.v1.Lab/Echo",
      kind: "unary",
      request: "lab.v1.Note",
      response: "lab.v1.Note",
      oneway: false,
    });
  });

  test("the descriptor of a service, in full", async () => {
    const { client } = await reflect([reflectionSchema]);
    const { files } = await client.describe({ service: "rpcgen.reflection.v1.Reflection" });
    expect(files.map((text) => JSON.parse(text) as unknown)).toEqual([reflectionSchema.descriptor()]);
  });

  test("the files that it needs, once each, and no others", async () => {
    const needed = [
      schema("lab.rpc", "Lab", ["a.rpc", "gone.rpc"]),
      schema("a.rpc", "", ["b.rpc"]),
      schema("b.rpc", "", ["a.rpc"]),
    ];
    const { client } = await reflect([schema("other.rpc", "Other"), ...needed]);
    expect(await paths(client, "lab.v1.Lab")).toEqual(["lab.rpc", "a.rpc", "b.rpc"]);
    expect(await paths(client, "lab.v1.Lab")).toEqual(["lab.rpc", "a.rpc", "b.rpc"]);
  });

  test.each(["lab.v1.Lab", "lab.v1.Other", "", "__proto__"])(
    "nothing of %j, which it lacks or has no schema of",
    async (service) => {
      const { client } = await reflect([schema("other.rpc", "Other")]);
      const error = await errorOf(client.describe({ service }));
      expect(NotDescribed.is(error) && error.data).toEqual({ service });
    },
  );

  test("nothing to whom its authorization keeps out", async () => {
    const { client } = await reflect([], {
      authenticate: () => ({ id: "user:1" }),
      authorize: ({ method }) => method.service === "lab.v1.Lab",
    });
    const error = await errorOf(client.list());
    expect(RpcError.is(error) && error.reason).toBe("permission_denied");
  });
});

test("schemas are read when somebody asks for the first time", async () => {
  let reads = 0;
  const counted: SchemaSource = {
    descriptor() {
      reads++;
      return reflectionSchema.descriptor();
    },
  };
  const { client } = await reflect([counted]);
  expect(reads).toBe(0);
  await client.list();
  await client.list();
  expect(reads).toBe(1);
});

test("the generated module is what the tool makes of the schema", async () => {
  const folder = join(import.meta.dirname, "../../../runtime/reflection");
  const result = await runTool(folder, "compile", "reflection.rpc", "--out-dir", "gen", "--check", "--no-cache");
  expect(result).toMatchObject({ exitCode: 0, error: "" });
});
