import assert from "node:assert/strict";
import fc from "fast-check";
import { canonicalJson, contentHash } from "../../../actors/domain/content_hash.ts";
import { setMember } from "../../../actors/domain/value_codec.ts";

/** The same JSON with the keys of every map the other way round. */
function reversed(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(reversed);
  if (typeof json !== "object" || json === null) return json;
  const map: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(json).reverse()) setMember(map, key, reversed(value));
  return map;
}

const someJson = fc.json().map((text): unknown => JSON.parse(text));

Deno.test("content_hash canonical JSON sorts keys by UTF-16 code unit, without whitespace", () => {
  const json = {
    b: [1, { d: null, c: "é" }],
    "\u{1F600}": 1,
    "\uFB33": 2,
    a: true,
    A: 1.5,
    10: 0,
    9: 0,
  };
  const text = '{"10":0,"9":0,"A":1.5,"a":true,"b":[1,{"c":"é","d":null}],"😀":1,"\uFB33":2}';
  assert.equal(canonicalJson(json), text);
});

Deno.test("content_hash canonical JSON means the same as the original", () => {
  fc.assert(fc.property(someJson, (json) => {
    assert.deepEqual(JSON.parse(canonicalJson(json)), JSON.parse(JSON.stringify(json)));
  }));
});

Deno.test("content_hash does not depend on the order of keys", () => {
  fc.assert(fc.property(someJson, (json) => {
    assert.equal(contentHash(reversed(json)), contentHash(json));
  }));
});

Deno.test("content_hash differs where the content does", () => {
  fc.assert(fc.property(someJson, someJson, (one, other) => {
    const same = canonicalJson(one) === canonicalJson(other);
    assert.equal(contentHash(one) === contentHash(other), same);
  }));
  const texts = ["1", '"1"', "[1]", '{"a":1}', '{"a":"1"}', '{"__proto__":1}', "{}", "[]", "null"];
  assert.equal(new Set(texts.map((text) => contentHash(JSON.parse(text)))).size, texts.length);
});

Deno.test("content_hash leaves out what JSON does", () => {
  assert.equal(canonicalJson({ a: undefined, b: -0 }), '{"b":0}');
  assert.equal(canonicalJson([undefined]), "[null]");
});

Deno.test("content_hash is SHA-256 in hex, over UTF-8", () => {
  const digest = "b3a092a6af48807fa9482b2ee140105575daa26d5b24b3c0e60a7e2dee6683b1";
  assert.equal(contentHash({ a: "é" }), `sha256-${digest}`);
});
