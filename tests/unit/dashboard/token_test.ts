import assert from "node:assert/strict";
import { allows, readClaims, tokenOfFragment } from "../../../api/dashboard/session/token.ts";
import { signAccessToken } from "../../support/access_token.ts";

Deno.test("claims are read without a key, whatever alphabet they are in", async () => {
  const token = await signAccessToken("a secret of at least 32 characters", {
    sub: "Zoë ☂",
    scope: "tasks:read  tasks:write",
  });
  const claims = readClaims(token);
  assert.equal(claims?.subject, "Zoë ☂");
  assert.deepEqual([...claims?.scopes ?? []], ["tasks:read", "tasks:write"]);
  assert.ok((claims?.expiresAt ?? 0) > Date.now());
});

Deno.test("what is no token has no claims", () => {
  for (const text of ["", "nonsense", "a.b.c", "..", `x.${btoa("[1")}.y`, `x.${btoa("1")}.y`]) {
    assert.equal(readClaims(text), null, text);
  }
  assert.deepEqual(readClaims(`x.${btoa("{}")}.y`), {
    subject: "",
    scopes: new Set(),
    expiresAt: null,
  });
});

Deno.test("a fragment holds a token by its name alone", () => {
  assert.equal(tokenOfFragment("#token=a.b.c"), "a.b.c");
  assert.equal(tokenOfFragment("#section"), null);
  assert.equal(tokenOfFragment("#token="), null);
  assert.equal(tokenOfFragment(""), null);
});

Deno.test("admin allows everything, write does not allow reading", () => {
  assert.ok(allows(new Set(["admin"]), "tasks:read"));
  assert.ok(!allows(new Set(["tasks:write"]), "tasks:read"));
});
