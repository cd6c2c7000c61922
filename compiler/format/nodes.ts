import type { Span } from "../source/source-file.ts";

/** A node as prettier walks it: prettier adds `comments`, so the shape is open. */
export interface AnyNode {
  readonly kind: string;
  readonly span: Span;
  readonly [key: string]: unknown;
}

/** True for a node of the syntax tree; specifiers, parameters and entries of records count, they have a place too. */
export function isNode(value: unknown): value is AnyNode {
  return typeof value === "object" && value !== null && "span" in value;
}

/** The members of a node that hold nodes. */
export function childKeys(node: AnyNode): string[] {
  return Object.keys(node).filter((key) => key !== "span" && key !== "comments" && holdsNodes(node[key]));
}

function holdsNodes(value: unknown): boolean {
  return Array.isArray(value) ? value.some(isNode) : isNode(value);
}
