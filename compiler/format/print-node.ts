import { type Doc, doc, type ParserOptions, util } from "prettier";
import { apart } from "./comments.ts";
import type { AnyNode } from "./nodes.ts";
import {
  printBlock,
  printEnumMember,
  printField,
  printMethod,
  printOneof,
  printParameters,
  printReserved,
  printResult,
} from "./print-members.ts";
import { printType } from "./print-types.ts";
import { printString, printValue } from "./print-values.ts";
import {
  alternatives,
  annotated,
  endAnnotations,
  list,
  type NodePath,
  type Print,
  type Scene,
  source,
  throwsClause,
} from "./scene.ts";

const { group, hardline, line } = doc.builders;

/** Prettier's `print`: the layout of one node; children are asked for by their path. */
export function printNode(path: NodePath, options: ParserOptions<AnyNode>, print: Print): Doc {
  return apart(path.node, printKind({ path, options, print, node: path.node }));
}

function printKind(scene: Scene): Doc {
  const { node, print } = scene;
  switch (node.kind) {
    case "file":
      return printFile(scene);
    case "edition":
      return ["edition ", print("value"), ";"];
    case "package":
      return ["package ", print("name"), ";"];
    case "import":
    case "export":
      return printImport(scene);
    case "message":
    case "union":
    case "service":
    case "error":
    case "enum":
      return annotated(scene, [printHead(scene), " ", printBlock(scene, "members")]);
    case "error_set":
      return annotated(scene, [group(["errors ", print("name"), " =", alternatives(scene, "errors")]), ";"]);
    case "type_alias":
      return annotated(scene, [group(["type ", print("name"), " = ", print("type"), endAnnotations(scene)]), ";"]);
    case "constant":
      return annotated(scene, ["const ", print("name"), " = ", print("value"), ";"]);
    case "annotation_declaration":
      return annotated(scene, printAnnotationDeclaration(scene));
    default:
      return printPart(scene);
  }
}

function printPart(scene: Scene): Doc {
  const { node, print } = scene;
  switch (node.kind) {
    case "field":
      return printField(scene);
    case "oneof":
      return printOneof(scene);
    case "enum_member":
      return printEnumMember(scene);
    case "reserved":
      return printReserved(scene);
    case "method":
      return printMethod(scene);
    case "no_parameters":
    case "message_parameter":
    case "inline_parameters":
      return printParameters(scene);
    case "type_result":
    case "inline_result":
      return printResult(scene);
    case "annotation":
      return printAnnotation(scene);
    case "named_type":
    case "map_type":
    case "list_type":
      return printType(scene);
    case "string_literal":
      return printString(source(scene, node));
    case "range_value":
    case "list_value":
    case "record_value":
      return printValue(scene);
    case "name_value":
      return print("name");
    case "qualified_name":
    case "identifier":
    case "int_literal":
    case "float_literal":
    case "duration_literal":
    case "size_literal":
    case "reserved_range":
      return source(scene, node);
    default:
      return printNameless(scene);
  }
}

/** Statements with one blank line where the author left some, and around blocks. */
function printFile(scene: Scene): Doc {
  const { path, options, print } = scene;
  const parts: Doc[] = [];
  path.each(({ node, isLast, next }) => {
    parts.push(print());
    if (isLast) return;
    parts.push(hardline);
    const isAlike = next !== null && node.kind === next.kind && isOneLine(node.kind);
    if (!isAlike || util.isNextLineEmpty(options.originalText, node.span.end)) parts.push(hardline);
  }, "statements");
  return parts.length === 0 ? dangling(scene) : [...parts, hardline];
}

function dangling({ path, options }: Scene): Doc {
  const comments = (path.node["comments"] ?? []) as { readonly span: AnyNode["span"]; printed?: boolean }[];
  if (comments.length === 0) return "";
  const texts = comments.map((comment) => {
    comment.printed = true;
    return options.originalText.slice(comment.span.start, comment.span.end).trimEnd();
  });
  return [doc.builders.join(hardline, texts), hardline];
}

function isOneLine(kind: string): boolean {
  return ["import", "export", "type_alias", "constant", "error_set", "annotation_declaration"].includes(kind);
}

function printImport(scene: Scene): Doc {
  const { node, print } = scene;
  const from: Doc = [" from ", print("from"), ";"];
  if (node["namespace"] !== undefined) return ["import * as ", print("namespace"), from];
  if (node["specifiers"] === undefined) return ["export *", from];
  return [node.kind, " ", list(scene, "specifiers", { open: "{", close: "}", space: line }), from];
}

/** `message Page<T>`, `error NotFound(not_found)`, `service Users throws A | B` */
function printHead(scene: Scene): Doc {
  const { node, print, path } = scene;
  const isOpen = node.kind === "enum" && node["open"] === true;
  const parameters = (node["typeParameters"] as readonly unknown[] | undefined) ?? [];
  const code = node.kind === "error" && node["code"] !== undefined ? ["(", print("code"), ")"] : "";
  const throws = node.kind === "service" ? throwsClause(scene) : "";
  return [
    isOpen ? "open " : "",
    node.kind,
    " ",
    print("name"),
    parameters.length === 0 ? "" : ["<", doc.builders.join(", ", path.map(print, "typeParameters")), ">"],
    code,
    throws,
  ];
}

function printAnnotationDeclaration(scene: Scene): Doc {
  const { node, path, print } = scene;
  const hasParameters = (node["parameters"] as readonly unknown[]).length > 0;
  return [
    "annotation ",
    print("name"),
    hasParameters ? list(scene, "parameters", { open: "(", close: ")" }) : "",
    " on ",
    doc.builders.join(" | ", path.map(print, "targets")),
    ";",
  ];
}

function printAnnotation(scene: Scene): Doc {
  const { node, print } = scene;
  const name: Doc = ["@", print("name")];
  const args = node["arguments"] as readonly AnyNode[];
  return args.length === 0 ? name : [name, list(scene, "arguments", { open: "(", close: ")" })];
}

/** Parts that the tree gives no kind: specifiers, parameters of annotations, their arguments, entries of records. */
function printNameless({ node, print }: Scene): Doc {
  if (node["value"] !== undefined)
    return node["name"] === undefined ? print("value") : [print("name"), ": ", print("value")];
  if (node["type"] !== undefined) return [print("name"), node["optional"] === true ? "?" : "", ": ", print("type")];
  return node["alias"] === undefined ? print("name") : [print("name"), " as ", print("alias")];
}
