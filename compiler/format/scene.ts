import { type Doc, doc, type ParserOptions, util } from "prettier";
import type { AnyNode } from "./nodes.ts";

const { group, hardline, indent, join, line, softline } = doc.builders;

/** The part of prettier's path that the printer uses, over nodes whose children are found by name. */
export interface NodePath {
  readonly node: AnyNode;
  readonly parent: AnyNode | null;
  readonly index: number;
  readonly isLast: boolean;
  readonly next: AnyNode | null;
  map(print: Print, key: string): Doc[];
  each(visit: (path: NodePath) => void, key: string): void;
  call<T>(visit: (path: NodePath) => T, key: string): T;
}

/** Prints a child by its key, or the node that a path is at. */
export type Print = (selector?: string | NodePath) => Doc;

/** What a node is printed with. */
export interface Scene {
  readonly path: NodePath;
  readonly options: ParserOptions<AnyNode>;
  readonly print: Print;
  readonly node: AnyNode;
}

/** A node's text as the author wrote it. */
export function source({ options }: Scene, node: AnyNode): string {
  return options.originalText.slice(node.span.start, node.span.end);
}

/** The annotations of a node that stand before its name. */
function leading(node: AnyNode): readonly AnyNode[] {
  const name = node["name"] as AnyNode | undefined;
  const bound = name?.span.start ?? node.span.end;
  return ((node["annotations"] ?? []) as readonly AnyNode[]).filter(({ span }) => span.start < bound);
}

/** The node with its leading annotations: each on its line where the author had a line break, else before it. */
export function annotated(scene: Scene, body: Doc): Doc {
  const { node, path, print, options } = scene;
  const count = leading(node).length;
  if (count === 0) return body;
  const parts: Doc[] = [];
  path.each(({ node: annotation, index }) => {
    if (index >= count) return;
    const isBroken = util.hasNewline(options.originalText, annotation.span.end);
    parts.push(print(), isBroken ? hardline : " ");
  }, "annotations");
  return [...parts, body];
}

/** ` @len(1..80) @unique`: the annotations behind a node; they go below it when they do not fit. */
export function endAnnotations(scene: Scene): Doc {
  const { node, path, print } = scene;
  const skipped = leading(node).length;
  const printed = path.map(print, "annotations").slice(skipped);
  return printed.length === 0 ? "" : indent(printed.map((annotation) => [line, annotation]));
}

/** How a list is enclosed. */
export interface Enclosure {
  readonly open: string;
  readonly close: string;
  /** Between the braces and what is in them when it is flat. */
  readonly space?: Doc;
  readonly prefix?: Doc;
}

/** `(a, b)` on one line when it fits, else one item a line. The language has no trailing commas. */
export function list({ path, print }: Scene, key: string, enclosure: Enclosure): Doc {
  const { open, close, space = softline } = enclosure;
  const items = path.map(print, key);
  if (items.length === 0) return [open, close];
  return group([open, indent([space, join([",", line], items)]), space, close]);
}

/** ` throws A | B`, or nothing. */
export function throwsClause(scene: Scene): Doc {
  const thrown = (scene.node["throws"] as readonly unknown[] | undefined) ?? [];
  return thrown.length === 0 ? "" : group([" throws", alternatives(scene, "throws")]);
}

/** ` A | B` */
export function alternatives({ path, print }: Scene, key: string): Doc {
  return indent([line, join([line, "| "], path.map(print, key))]);
}
