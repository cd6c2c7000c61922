import type { Json } from "./write-instance.ts";

/**
 * The same as XML, for readers that do not ask for JSON: members become elements, lists repeat theirs, `@name` becomes an attribute and `$` the text.
 * @param json an object with one member, the root
 */
export function xmlFromJson(json: Json): string {
  if (typeof json !== "object" || json === null) return "";
  return Object.entries(json)
    .map(([name, value]) => element(name, value))
    .join("");
}

function element(name: string, value: Json): string {
  if (Array.isArray(value)) return value.map((item: Json) => element(name, item)).join("");
  const tag = name
    .replaceAll("__", "_")
    .replace(/[^A-Za-z0-9_.-]/g, "_")
    .replace(/^(?![A-Za-z_])/, "_");
  if (typeof value !== "object" || value === null) return `<${tag}>${escape(String(value ?? ""))}</${tag}>`;
  const members = Object.entries(value);
  const attributes = members
    .filter(([member]) => member.startsWith("@"))
    .map(([member, item]) => ` ${member.slice(1).replace(/[^A-Za-z0-9_.-]/g, "_")}="${escape(String(item))}"`);
  const inner = members.map(([member, item]) => {
    if (member === "$") return escape(String(item));
    return member.startsWith("@") ? "" : element(member, item);
  });
  return `<${tag}${attributes.join("")}>${inner.join("")}</${tag}>`;
}

/** Control characters have no form in XML 1.0: they become U+FFFD. */
function escape(text: string): string {
  return text
    .replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g, "\uFFFD")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
