import { type Doc, doc } from "prettier";
import type { AnyNode } from "./nodes.ts";
import type { Scene } from "./scene.ts";

/** `map<string, Page<User>>[]` on one line: types are short. */
export function printType({ node, path, print }: Scene): Doc {
  switch (node.kind) {
    case "map_type":
      return ["map<", print("key"), ", ", print("value"), ">"];
    case "list_type":
      return [print("element"), "[]"];
    default: {
      const hasArguments = (node["arguments"] as readonly AnyNode[]).length > 0;
      return [print("name"), hasArguments ? ["<", doc.builders.join(", ", path.map(print, "arguments")), ">"] : ""];
    }
  }
}
