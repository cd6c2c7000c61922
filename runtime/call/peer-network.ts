/**
 * What a peer is counted as where each may do so much: its IPv4 address, also where that stands within one of IPv6; of other IPv6 addresses the first 64
 * bits, for who has any has all 2^64 of them; what is neither as it is. Without the port, which every connection has of its own.
 * @param peer as transports name it: `127.0.0.1:51234`, `[2001:db8::1]:51234`
 */
export function peerNetwork(peer: string): string {
  const end = peer.lastIndexOf("]");
  if (end < 0) return peer.replace(/:\d+$/, "");
  const [host = ""] = peer.slice(peer.indexOf("[") + 1, end).split("%", 1);
  const dotted = host.includes(".") ? host.slice(host.lastIndexOf(":") + 1) : "";
  const groups = groupsOf(dotted === "" ? host : `${host.slice(0, -dotted.length)}0:0`);
  if (groups.length !== 8) return host;
  if (holdsIpv4(groups)) return dotted === "" ? ipv4Of(groups) : dotted;
  return `${hex(groups, 0)}:${hex(groups, 1)}:${hex(groups, 2)}:${hex(groups, 3)}::/64`;
}

/** The groups of an IPv6 address; eight, unless it is none. */
function groupsOf(host: string): readonly number[] {
  const groups: number[] = [];
  const gap = host.indexOf("::");
  addGroups(groups, gap < 0 ? host : host.slice(0, gap));
  if (gap < 0) return groups;
  const tail: number[] = [];
  addGroups(tail, host.slice(gap + 2));
  while (groups.length + tail.length < 8) groups.push(0);
  return groups.concat(tail);
}

function addGroups(groups: number[], text: string): void {
  if (text !== "") for (const group of text.split(":")) groups.push(parseInt(group, 16));
}

function hex(groups: readonly number[], index: number): string {
  return (groups[index] as number).toString(16);
}

/** `::ffff:0:0/96`, by which IPv6 sockets show IPv4 (RFC 4291), and `64:ff9b::/96`, by which translators do (RFC 6052): all IPv4 machines would count as one. */
function holdsIpv4(groups: readonly number[]): boolean {
  const [a, b, c, d, e, f] = groups;
  if (c !== 0 || d !== 0 || e !== 0) return false;
  return a === 0 ? b === 0 && f === 0xffff : a === 0x64 && b === 0xff9b && f === 0;
}

function ipv4Of(groups: readonly number[]): string {
  const [, , , , , , high = 0, low = 0] = groups;
  return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
}
