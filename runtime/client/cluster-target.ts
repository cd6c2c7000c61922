/** Begins an address that needs nobody to find it. */
const known = /^(?:(?:tcp|tls|ws|wss):\/\/|(?:unix|memory|worker):)/;
/** Addresses in which a comma may stand for itself: only one before a new scheme parts them. */
const withCommas = /^(?:unix:|wss?:)/;

/** True for a list of addresses that are known beforehand. */
export function isList(target: string): boolean {
  return target.includes(",") && known.test(target) && addressesOf(target).length > 1;
}

/** `etcd` of `etcd://a:2379/shop.v1.Orders`; empty when there is none. */
export function schemeOf(target: string): string {
  return /^[A-Za-z][A-Za-z0-9+.-]*(?=:)/.exec(target)?.[0].toLowerCase() ?? "";
}

/** The addresses of a list such as `tcp://a:9000,b:9000`: what has no scheme takes the one of the first. Without repetition. */
export function addressesOf(target: string): readonly string[] {
  const prefix = known.exec(target)?.[0] ?? "";
  const parts = target.split(withCommas.test(target) ? /,(?=[a-z]+:)/ : ",");
  return [...new Set(parts.map((part, index) => (index === 0 || known.test(part) ? part : `${prefix}${part}`)))];
}
