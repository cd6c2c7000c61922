/** String formats that a schema may ask for. */
export type StringFormat = "email" | "uuid" | "uri" | "ip" | "hostname";

const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i;
const mailbox = /^[\w.!#$%&'*+/=?^`{|}~-]{1,64}$/;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const byte = /^(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)$/;
const hextet = /^[0-9a-f]{1,4}$/i;

/** True when the text has the format. Time is linear in its length. */
export function matchesFormat(text: string, format: StringFormat): boolean {
  switch (format) {
    case "email":
      return isEmail(text);
    case "uuid":
      return uuid.test(text);
    case "uri":
      return isUri(text);
    case "ip":
      return isIpv4(text) || isIpv6(text);
    case "hostname":
      return isHostname(text);
  }
}

/** As in HTML: a mailbox without quotes and a host name. */
function isEmail(text: string): boolean {
  const at = text.lastIndexOf("@");
  return at > 0 && text.length <= 254 && mailbox.test(text.slice(0, at)) && isHostname(text.slice(at + 1));
}

function isHostname(text: string): boolean {
  return text.length <= 253 && text.split(".").every((part) => label.test(part));
}

/** RFC 3986 with a scheme: absolute. */
function isUri(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:[\w.~:/?#[\]@!$&'()*+,;=%-]+$/i.test(text) && !/%(?![0-9a-f]{2})/i.test(text);
}

function isIpv4(text: string): boolean {
  const parts = text.split(".");
  return parts.length === 4 && parts.every((part) => byte.test(part));
}

/** RFC 4291: eight groups, `::` for a run of zeros, an IPv4 address for the last two. */
function isIpv6(text: string): boolean {
  const halves = text.split("::");
  if (halves.length > 2 || text.length > 45) return false;
  const groups = halves.map(groupsOf);
  if (groups.includes(undefined)) return false;
  const count = groups.reduce((sum: number, group) => sum + (group ?? 0), 0);
  return halves.length === 2 ? count <= 7 : count === 8;
}

/** Number of 16-bit groups in a part without `::`, or `undefined` when it is malformed. */
function groupsOf(part: string): number | undefined {
  if (part === "") return 0;
  const groups = part.split(":");
  const last = groups.at(-1) ?? "";
  const withIpv4 = last.includes(".");
  if (withIpv4 && !isIpv4(last)) return undefined;
  const plain = withIpv4 ? groups.slice(0, -1) : groups;
  return plain.every((group) => hextet.test(group)) ? plain.length + (withIpv4 ? 2 : 0) : undefined;
}
