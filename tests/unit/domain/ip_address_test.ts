import assert from "node:assert/strict";
import fc from "fast-check";
import {
  addressRule,
  ALL_ADDRESSES,
  isPublicAddress,
  isWithin,
  parseIpAddress,
  parseIpRange,
} from "../../../actors/domain/ip_address.ts";

const PUBLIC = [
  ...["1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0"],
  ...["126.255.255.255", "128.0.0.1", "172.15.255.255", "172.32.0.0", "192.167.255.255"],
  ...["192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255", "::ffff:8.8.8.8"],
  ...["2606:4700:4700::1111", "2001:200::1", "2a00::1", "3ffe::1"],
];
const NOT_PUBLIC = [
  ...["0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.255.255.254"],
  ...["169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.168.1.1"],
  ...["198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.1.1.1"],
  ...["240.0.0.1", "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1"],
  ...["::ffff:7f00:1", "0:0:0:0:0:ffff:a9fe:a9fe", "::127.0.0.1", "64:ff9b::7f00:1", "100::1"],
  ...["fc00::1", "fdff::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "2001:db8::1"],
  ...["2001::1", "2001:10::1", "2002:7f00:1::", "3fff::1", "4000::1", "::ffff:0:127.0.0.1"],
];
const NO_ADDRESS = [
  ...["", "localhost", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.-4", "0x7f.0.0.1"],
  ...[
    ":",
    ":::",
    "1::2::3",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "12345::",
    "g::",
    "1:2:3:4:5:6:7:8::",
  ],
  ...["::1.2.3", "1.2.3.4::", "[::1]"],
];

Deno.test("addresses of the public internet are told from all others", () => {
  const isPublic = (text: string) => {
    const address = parseIpAddress(text);
    assert.ok(address !== null, text);
    return isPublicAddress(address);
  };
  assert.deepEqual(PUBLIC.filter((text) => !isPublic(text)), []);
  assert.deepEqual(NOT_PUBLIC.filter(isPublic), []);
});

Deno.test("what is no address is none, and may not be reached", () => {
  const rule = addressRule(ALL_ADDRESSES);
  assert.deepEqual(NO_ADDRESS.filter((text) => parseIpAddress(text) !== null || rule(text)), []);
});

Deno.test("an address rule adds ranges to the public internet, and no more", () => {
  const rule = addressRule(["10.1.0.0/16", "::1", "fd00::/8", "169.254.169.254"]);
  const allowed = ["10.1.2.3", "::ffff:10.1.2.3", "::1", "fd12::1", "169.254.169.254", "8.8.8.8"];
  const refused = ["10.2.0.1", "127.0.0.1", "::2", "fc00::1", "169.254.169.253", "0.0.0.0"];
  assert.deepEqual([...allowed, ...refused].filter(rule), allowed);
  assert.ok(NOT_PUBLIC.every(addressRule(ALL_ADDRESSES)));
});

Deno.test("ranges are an address with or without a prefix, which fits its kind", () => {
  assert.equal(parseIpRange("10.0.0.1")?.prefix, 32);
  assert.equal(parseIpRange("::/0")?.prefix, 0);
  assert.deepEqual(parseIpRange("::ffff:10.0.0.0/104"), parseIpRange("10.0.0.0/8"));
  for (
    const text of [
      "10.0.0.0/33",
      "::/129",
      "10.0.0.0/",
      "/8",
      "10.0.0.0/8/8",
      "a/8",
      "::ffff:1.2.3.4/32",
      "fe80::%eth0/10",
    ]
  ) {
    assert.equal(parseIpRange(text), null, text);
  }
});

Deno.test("addresses mean the same however they are written", () => {
  const groups = fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 8, maxLength: 8 });
  fc.assert(fc.property(groups, fc.integer({ min: 0, max: 128 }), (parts, prefix) => {
    const long = parts.map((part) => part.toString(16).padStart(4, "0").toUpperCase()).join(":");
    const short = new URL(`http://[${long}]/`).hostname.slice(1, -1);
    const address = parseIpAddress(long);
    assert.ok(address !== null);
    assert.deepEqual(parseIpAddress(short), address);
    if (address.bits === 128) {
      const range = parseIpRange(`${short}/${prefix}`);
      assert.ok(range !== null && isWithin(address, range));
    }
  }));
});
