import { type Doc, doc, util } from "prettier";
import type { AnyNode } from "./nodes.ts";
import { annotated, endAnnotations, list, type Scene, throwsClause } from "./scene.ts";

const { breakParent, group, hardline, indent, line } = doc.builders;

/** `{ members }`: on one line when the author had it so and it fits, else a member a line; single blank lines stay. */
export function printBlock(scene: Scene, key: string): Doc {
  const { node, path, print, options } = scene;
  const members = (node[key] ?? []) as readonly AnyNode[];
  const [first] = members;
  if (first === undefined) return emptyBlock(scene);
  const brace = openingBrace(options.originalText, blockStart(node), first.span.start);
  const isBroken = util.hasNewlineInRange(options.originalText, brace, first.span.start);
  const parts: Doc[] = [];
  path.each(({ node: member, isLast }) => {
    parts.push(print());
    if (isLast) return;
    parts.push(util.isNextLineEmpty(options.originalText, member.span.end) ? [hardline, hardline] : line);
  }, key);
  return group(["{", indent([line, ...parts]), line, "}", isBroken ? breakParent : ""]);
}

function emptyBlock({ path, options }: Scene): Doc {
  const comments = ((path.node["comments"] ?? []) as Comment[]).filter((each) => !each.leading && !each.trailing);
  if (comments.length === 0) return "{}";
  const texts = comments.map((comment) => {
    comment.printed = true;
    return options.originalText.slice(comment.span.start, comment.span.end).trimEnd();
  });
  return ["{", indent([hardline, doc.builders.join(hardline, texts)]), hardline, "}"];
}

interface Comment {
  readonly span: AnyNode["span"];
  readonly leading?: boolean;
  readonly trailing?: boolean;
  printed?: boolean;
}

function blockStart(node: AnyNode): number {
  return (node["name"] as AnyNode | undefined)?.span.end ?? node.span.start;
}

function openingBrace(text: string, from: number, to: number): number {
  const at = text.indexOf("{", from);
  return at === -1 || at > to ? from : at;
}

/** `name?: type = 1 @annotations;`; without the semicolon where it is a parameter. */
export function printField(scene: Scene): Doc {
  const { node, print, path } = scene;
  const isParameter = path.parent?.kind === "inline_parameters";
  const number = node["number"] === undefined ? "" : [" = ", print("number")];
  const head = [print("name"), node["optional"] === true ? "?" : "", ": ", print("type"), number];
  return annotated(scene, [group([...head, endAnnotations(scene)]), isParameter ? "" : ";"]);
}

/** `name?: oneof { cases };` */
export function printOneof(scene: Scene): Doc {
  const { node, print } = scene;
  const head = [print("name"), node["optional"] === true ? "?" : "", ": oneof "];
  return annotated(scene, [...head, printBlock(scene, "members"), group(endAnnotations(scene)), ";"]);
}

/** `member = 1 @annotations;` */
export function printEnumMember(scene: Scene): Doc {
  const { node, print } = scene;
  const number = node["number"] === undefined ? "" : [" = ", print("number")];
  return annotated(scene, [group([print("name"), number, endAnnotations(scene)]), ";"]);
}

/** `reserved 4, 10..19, "guest";` */
export function printReserved(scene: Scene): Doc {
  const { path, print } = scene;
  return annotated(scene, [
    group(["reserved", indent([line, doc.builders.join([",", line], path.map(print, "items"))])]),
    ";",
  ]);
}

/** `name(parameters): result throws A;` */
export function printMethod(scene: Scene): Doc {
  const { node, print } = scene;
  const answer = node["result"] === undefined ? "" : [": ", print("result")];
  return annotated(scene, [print("name"), print("parameters"), answer, throwsClause(scene), ";"]);
}

/** `()`, `(stream User)`, `(id: uint64 = 1)` */
export function printParameters(scene: Scene): Doc {
  const { node, print } = scene;
  if (node.kind === "inline_parameters") return list(scene, "fields", { open: "(", close: ")" });
  if (node.kind === "no_parameters") return "()";
  return ["(", node["stream"] === true ? "stream " : "", print("type"), ")"];
}

/** `stream User`, `{ users: User[] = 1; }` */
export function printResult(scene: Scene): Doc {
  const { node, print } = scene;
  const stream = node["stream"] === true ? "stream " : "";
  return [stream, node.kind === "inline_result" ? printBlock(scene, "members") : print("type")];
}
