import type { MethodType } from "../../call/method-type.ts";
import type { ExampleValue, MethodDescriptor } from "../../descriptor/descriptor.ts";
import { type DescribedSchema, exampleOf, indexOf, type SchemaIndex } from "./example-message.ts";

/** Replies made of the examples of schemas. */
export interface Mocks {
  /**
   * The items of a mocked call, new ones each time; one for a method without a stream of results. Undefined for a method that no schema describes.
   * @throws RpcError when the schema is of another version than the types of the method
   */
  of(method: MethodType): readonly unknown[] | undefined;
}

/** Schemas are parsed when the first mock is asked for. */
export function createMocks(schemas: readonly DescribedSchema[]): Mocks {
  let index: SchemaIndex | undefined;
  const known = new Map<string, readonly ExampleValue[] | undefined>();

  function shownBy({ path }: MethodType): readonly ExampleValue[] | undefined {
    if (known.has(path)) return known.get(path);
    index ??= indexOf(schemas);
    const method = index.methods.get(path);
    const items = method && itemsOf(method, index);
    known.set(path, items);
    return items;
  }

  return {
    of: (method) => shownBy(method)?.map((item) => method.response.fromJson(item as never, { ignoreUnknown: true })),
  };
}

/** What the method shows itself, else one message made of the examples of its fields. */
function itemsOf({ kind, example, response }: MethodDescriptor, index: SchemaIndex): readonly ExampleValue[] {
  const isStream = kind === "server_stream" || kind === "bidi_stream";
  if (isStream && Array.isArray(example)) return example;
  return [!isStream && example !== undefined ? example : exampleOf(response, index)];
}
