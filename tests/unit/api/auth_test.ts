import assert from "node:assert/strict";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import type { AuthConfig } from "../../../actors/config.ts";
import { Authenticator, requireScope, signToken } from "../../../api/auth.ts";

const SECRET = "a secret of tests, longer than 32 bytes";
const NOW = Date.parse("2026-11-21T20:15:42.000Z");
const SECONDS = NOW / 1_000;
const CONFIG: AuthConfig = { kind: "secret", secret: SECRET, issuer: null, audience: null };

/** A token with these claims, signed as a client with the secret would. */
async function token(claims: Record<string, unknown>, alg = "HS256", secret = SECRET) {
  const jwt = new SignJWT({ sub: "a", scope: "tasks:read", exp: SECONDS + 60, ...claims });
  return `Bearer ${await jwt.setProtectedHeader({ alg }).sign(new TextEncoder().encode(secret))}`;
}

function unsigned(claims: Record<string, unknown>): string {
  const part = (value: unknown) => btoa(JSON.stringify(value)).replaceAll("=", "");
  return `Bearer ${part({ alg: "none" })}.${part({ exp: SECONDS + 60, ...claims })}.`;
}

async function reasonOf(authenticator: Authenticator, authorization: string | null) {
  const result = await authenticator.verify(authorization);
  return result.ok ? "ok" : result.error.code;
}

Deno.test("authenticator takes a token that signToken made, with its subject and scopes", async () => {
  const made = await signToken({
    secret: SECRET,
    sub: "me",
    scope: "tasks:read tasks:write",
    ttlSeconds: 60,
    now: NOW,
  });
  const result = await new Authenticator(CONFIG, () => NOW).verify(`bearer ${made}`);
  assert.ok(result.ok);
  assert.equal(result.value.subject, "me");
  assert.deepEqual([...result.value.scopes], ["tasks:read", "tasks:write"]);
});

Deno.test("authenticator refuses every token that is not ours, not now, or not a token", async () => {
  const authenticator = new Authenticator(CONFIG, () => NOW);
  const good = await token({});
  const cases: Readonly<Record<string, string | null>> = {
    "none": null,
    "empty": "",
    "another scheme": good.replace("Bearer", "Basic"),
    "two tokens": `${good} ${good}`,
    "no JWT": "Bearer abc",
    "cut": good.slice(0, -2),
    "forged": await token({}, "HS256", "another secret that is longer than 32 bytes"),
    "changed": good.replace(/\.[^.]+\./, `.${btoa('{"exp":99999999999}').replaceAll("=", "")}.`),
    "expired": await token({ exp: SECONDS - 31 }),
    "without exp": await token({ exp: undefined }),
    "future": await token({ nbf: SECONDS + 31 }),
    "another algorithm": await token({}, "HS512"),
    "unsigned": unsigned({ scope: "admin" }),
    "huge": `Bearer ${"x".repeat(9_000)}`,
  };
  for (const [name, authorization] of Object.entries(cases)) {
    assert.equal(await reasonOf(authenticator, authorization), "unauthenticated", name);
  }
  assert.equal(await reasonOf(authenticator, good), "ok");
});

Deno.test("authenticator lets requests go on in the order in which they came", async () => {
  const authenticator = new Authenticator(CONFIG, () => NOW);
  const authorization = await token({});
  const order: number[] = [];
  const request = async (index: number) => {
    await authenticator.verify(authorization);
    order.push(index);
  };
  const all = Array.from({ length: 50 }, (_, index) => request(index));
  await all[0];
  await Promise.all([...all, request(50)]);
  assert.deepEqual(order, Array.from({ length: 51 }, (_, index) => index));
});

Deno.test("authenticator allows 30 s between clocks", async () => {
  const authenticator = new Authenticator(CONFIG, () => NOW);
  assert.equal(await reasonOf(authenticator, await token({ exp: SECONDS - 29 })), "ok");
  assert.equal(await reasonOf(authenticator, await token({ nbf: SECONDS + 29 })), "ok");
});

Deno.test("authenticator checks issuer and audience when they are set", async () => {
  const config = { ...CONFIG, issuer: "i", audience: "a" };
  const authenticator = new Authenticator(config, () => NOW);
  assert.equal(await reasonOf(authenticator, await token({ iss: "i", aud: "a" })), "ok");
  assert.equal(
    await reasonOf(authenticator, await token({ iss: "i", aud: "b" })),
    "unauthenticated",
  );
  assert.equal(await reasonOf(authenticator, await token({ aud: "a" })), "unauthenticated");
});

Deno.test("authenticator remembers a token but not beyond its expiry", async () => {
  let now = NOW;
  const authenticator = new Authenticator(CONFIG, () => now);
  const authorization = await token({ exp: SECONDS + 60 });
  const first = authenticator.verify(authorization);
  assert.ok(first instanceof Promise);
  await first;
  const known = authenticator.verify(authorization);
  assert.ok(!(known instanceof Promise) && known.ok);
  now += 89_999;
  assert.equal(await reasonOf(authenticator, authorization), "ok");
  now += 1_001;
  assert.equal(await reasonOf(authenticator, authorization), "unauthenticated");
});

Deno.test("authenticator verifies with a key set, and with nothing else", async () => {
  const { privateKey, publicKey } = await generateKeyPair("ES256", { extractable: true });
  const key = { ...await exportJWK(publicKey), kid: "k", alg: "ES256" };
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => Response.json({ keys: [key] }),
  );
  const url = `http://127.0.0.1:${server.addr.port}/keys`;
  const authenticator = new Authenticator(
    { kind: "jwks", url, issuer: null, audience: null },
    () => NOW,
  );
  const jwt = await new SignJWT({ sub: "a", exp: SECONDS + 60, scope: "admin" })
    .setProtectedHeader({ alg: "ES256", kid: "k" }).sign(privateKey);
  assert.equal(await reasonOf(authenticator, `Bearer ${jwt}`), "ok");
  // The public key as an HMAC secret: the classic confusion of algorithms.
  const confused = await token({}, "HS256", JSON.stringify(key));
  assert.equal(await reasonOf(authenticator, confused), "unauthenticated");
  await server.shutdown();
  const away = new Authenticator({ kind: "jwks", url, issuer: null, audience: null }, () => NOW);
  assert.equal(await reasonOf(away, `Bearer ${jwt}`), "unavailable");
});

Deno.test("authenticator lets everybody in where authentication is off", async () => {
  assert.equal(await reasonOf(new Authenticator({ kind: "none" }), null), "ok");
});

Deno.test("scopes: admin includes all, write does not include read", () => {
  const principal = (scope: string) => ({ subject: "", scopes: new Set([scope]) });
  assert.ok(requireScope(principal("admin"), "tasks:write").ok);
  assert.ok(requireScope(principal("tasks:read"), "tasks:read").ok);
  assert.ok(!requireScope(principal("tasks:write"), "tasks:read").ok);
  assert.ok(!requireScope(principal("tasks:read"), "admin").ok);
});
