/** IP addresses as numbers: what range they are in, and whether the public internet knows them. */

/** An address; one of IPv4 that is written as IPv6 (`::ffff:10.0.0.1`) is the one of IPv4. */
export interface IpAddress {
  readonly bits: 32 | 128;
  readonly value: bigint;
}

/** All addresses of one kind that begin with the same `prefix` bits. */
export interface IpRange extends IpAddress {
  readonly prefix: number;
}

const IPV4_PART = /^(?:0|[1-9][0-9]{0,2})$/;
const IPV6_GROUP = /^[0-9a-f]{1,4}$/i;
const GROUPS = 8;
/** `::ffff:0:0/96`, under which IPv6 writes addresses of IPv4. */
const MAPPED = 0xffffn;

/** The address that `text` is, with or without a zone (`fe80::1%eth0`); null when it is none. */
export function parseIpAddress(text: string): IpAddress | null {
  if (!text.includes(":")) return ipv4(text);
  const value = ipv6(text.replace(/%.*$/, ""));
  if (value === null) return null;
  return value >> 32n === MAPPED ? { bits: 32, value: value & 0xffffffffn } : { bits: 128, value };
}

/** The range that `text` is: an address, or `ADDRESS/PREFIX`; null when it is none. */
export function parseIpRange(text: string): IpRange | null {
  const [base = "", length, ...rest] = text.split("/");
  const address = base.includes("%") ? null : parseIpAddress(base);
  if (address === null || rest.length > 0) return null;
  if (length === undefined) return { ...address, prefix: address.bits };
  if (!IPV4_PART.test(length)) return null;
  // A mapped range is one of IPv4, whose prefix begins after the 96 bits of the mapping.
  const prefix = Number(length) - (base.includes(":") && address.bits === 32 ? 96 : 0);
  if (prefix < 0 || prefix > address.bits) return null;
  return { bits: address.bits, value: address.value, prefix };
}

/** True when `address` is one of `range`. */
export function isWithin(address: IpAddress, range: IpRange): boolean {
  if (address.bits !== range.bits) return false;
  const rest = BigInt(range.bits - range.prefix);
  return address.value >> rest === range.value >> rest;
}

/** What is not for everybody, by IANA's registries of special addresses. */
const SPECIAL = [
  ...["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"],
  ...["172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16"],
  ...["198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"],
  // Of the public part of IPv6: transitions, which lead to any address of IPv4, and examples.
  ...["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"],
].flatMap((text) => parseIpRange(text) ?? []);

/** The one part of IPv6 that is given out for the public internet. */
const PUBLIC_IPV6: IpRange = { bits: 128, value: 0x2000n << 112n, prefix: 3 };

/** True for an address of the public internet; false for private, local and special ones. */
export function isPublicAddress(address: IpAddress): boolean {
  if (address.bits === 128 && !isWithin(address, PUBLIC_IPV6)) return false;
  return !SPECIAL.some((range) => isWithin(address, range));
}

/** Every address that there is. */
export const ALL_ADDRESSES: readonly string[] = ["0.0.0.0/0", "::/0"];

/**
 * Makes the rule of what code that takes its addresses from strangers may connect to: the public
 * internet, and what is in one of `allowed` (texts of ranges).
 */
export function addressRule(allowed: readonly string[]): (address: string) => boolean {
  const ranges = allowed.flatMap((text) => parseIpRange(text) ?? []);
  return (text) => {
    const address = parseIpAddress(text);
    if (address === null) return false;
    return isPublicAddress(address) || ranges.some((range) => isWithin(address, range));
  };
}

function ipv4(text: string): IpAddress | null {
  const parts = text.split(".");
  if (parts.length !== 4) return null;
  let value = 0n;
  for (const part of parts) {
    if (!IPV4_PART.test(part) || Number(part) > 255) return null;
    value = value << 8n | BigInt(part);
  }
  return { bits: 32, value };
}

function ipv6(text: string): bigint | null {
  const halves = text.split("::");
  if (halves.length > 2) return null;
  const last = halves.length - 1;
  const [head, tail] = halves.map((half, index) => groupsOf(half, index === last));
  if (head === null || tail === null || head === undefined) return null;
  const missing = GROUPS - head.length - (tail?.length ?? 0);
  // `::` stands for one group of zeros at least; without it there have to be all eight.
  if (tail === undefined ? missing !== 0 : missing < 1) return null;
  const groups = [...head, ...Array<bigint>(missing).fill(0n), ...tail ?? []];
  return groups.reduce((value, group) => value << 16n | group, 0n);
}

/** The groups of 16 bits on one side of `::`; the very last two may be written as an address of IPv4. */
function groupsOf(text: string, isEnd: boolean): bigint[] | null {
  if (text === "") return [];
  const parts = text.split(":");
  const groups: bigint[] = [];
  for (const [index, part] of parts.entries()) {
    if (IPV6_GROUP.test(part)) groups.push(BigInt(`0x${part}`));
    else {
      const embedded = isEnd && index === parts.length - 1 ? ipv4(part) : null;
      if (embedded === null) return null;
      groups.push(embedded.value >> 16n, embedded.value & 0xffffn);
    }
  }
  return groups;
}
