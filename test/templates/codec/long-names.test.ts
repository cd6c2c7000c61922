import { check, format } from "prettier";
import { expect, test } from "vitest";
import { renderCodecs } from "../../codec/support/load.ts";
import {
  builtin,
  enumeration,
  field,
  file,
  list,
  map,
  message,
  oneof,
  reference,
  scalar,
  union,
} from "../../codec/support/schema.ts";

/** What prettier would change, as the first differing lines. */
async function differences(text: string): Promise<string> {
  if (await check(text, { parser: "typescript" })) return "";
  const expected = (await format(text, { parser: "typescript" })).split("\n");
  const actual = text.split("\n");
  const at = actual.findIndex((line, index) => line !== expected[index]);
  const around = (lines: readonly string[]): string => lines.slice(at - 2, at + 4).join("\n");
  return `line ${at + 1}\n${around(actual)}\n--- prettier\n${around(expected)}`;
}

/** A schema with every construct whose names are all of one length. */
function schemaOfNames(length: number): string {
  const named = (name: string): string => name.padEnd(length, "x");
  const node = reference("message", named("Node"));
  const closed = reference("enum", named("Closed"));
  const open = reference("enum", named("Open"));
  const types = [
    ...(["string", "bytes", "int64", "double", "bool"] as const).map((name) => scalar(name)),
    ...[scalar("int64", "number"), scalar("uint64", "string"), scalar("fixed64", "number")],
    ...(["timestamp", "duration", "json", "any", "uuid"] as const).map((name) => builtin(name)),
    ...[node, closed, open, reference("union", named("Shape"))],
  ];
  let number = 0;
  const fields = types.flatMap((type, index) => [
    field(named(`field${index}`), ++number, type, { optional: type === node }),
    field(named(`optional${index}`), ++number, type, { optional: true }),
    field(named(`list${index}`), ++number, list(type)),
    field(named(`map${index}`), ++number, map(scalar("int64"), type)),
  ]);
  const cases = types.map((type, index) => field(named(`case${index}`), ++number, type));
  return renderCodecs(
    file([
      enumeration(named("Closed"), { unspecified: 0, [named("one")]: 1 }),
      enumeration(named("Open"), { unspecified: 0, [named("one")]: 1 }, true),
      message(named("Node"), [...fields, oneof(named("choice"), cases)]),
      message(named("Needy"), [
        field(named("id"), 1, scalar("int32"), { required: true }),
        oneof(named("pick"), [field(named("a"), 2, scalar("bool")), field(named("b"), 3, builtin("void"))], false),
      ]),
      message(named("Nothing"), []),
      union(named("Shape"), cases),
    ]),
  );
}

/** Prettier breaks longer ones in places that the templates leave whole; most names of the schema are not shorter. */
const [shortest, longest] = [9, 48];
const lengths = Array.from({ length: longest - shortest + 1 }, (_, index) => shortest + index);

test.each(lengths)(
  "codecs of names of %i characters are as prettier would have them",
  async (length) => expect(await differences(schemaOfNames(length))).toBe(""),
  30_000,
);
