import assert from "node:assert/strict";
import { exportJWK, exportSPKI, generateKeyPair, type JWK, SignJWT } from "jose";
import { Authenticator } from "../../../api/auth.ts";

const NOW = Date.parse("2026-11-21T20:15:42.000Z");
const SECONDS = NOW / 1_000;
/** Longer than the key set is asked for an unknown key again, and than it is taken for fresh. */
const LATER_MS = 660_000;

type KeyPair = Awaited<ReturnType<typeof generateKeyPair>>;

interface SigningKey extends KeyPair {
  readonly alg: string;
  readonly kid: string;
  readonly jwk: JWK;
}

/** A key set on loopback whose keys the test exchanges. */
class KeyServer implements AsyncDisposable {
  keys: readonly SigningKey[];
  reads = 0;
  readonly #server;

  constructor(...keys: readonly SigningKey[]) {
    this.keys = keys;
    this.#server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, () => {
      this.reads++;
      return Response.json({ keys: this.keys.map(({ jwk }) => jwk) });
    });
  }

  authenticator(now: () => number = () => NOW): Authenticator {
    const url = `http://127.0.0.1:${this.#server.addr.port}/keys`;
    return new Authenticator({ kind: "jwks", url, issuer: null, audience: null }, now);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

async function makeKey(alg: string, kid: string): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = { ...await exportJWK(publicKey), kid, alg };
  return { alg, kid, privateKey, publicKey, jwk };
}

async function signedBy(
  { alg, kid, privateKey }: Pick<SigningKey, "alg" | "kid" | "privateKey">,
  claims: Record<string, unknown> = {},
): Promise<string> {
  const jwt = new SignJWT({ sub: "a", scope: "tasks:read", exp: SECONDS + 3_600, ...claims });
  return `Bearer ${await jwt.setProtectedHeader({ alg, kid }).sign(privateKey)}`;
}

async function reasonOf(authenticator: Authenticator, authorization: string): Promise<string> {
  const result = await authenticator.verify(authorization);
  return result.ok ? "ok" : result.error.code;
}

for (const alg of ["RS256", "ES256", "EdDSA", "Ed25519"]) {
  Deno.test(`key set verifies ${alg}, of the key that the token names`, async () => {
    const [key, other] = await Promise.all([makeKey(alg, "one"), makeKey(alg, "two")]);
    await using server = new KeyServer(key, other);
    const authenticator = server.authenticator();
    const good = await signedBy(key);
    const result = await authenticator.verify(good);
    assert.ok(result.ok);
    assert.deepEqual([result.value.subject, ...result.value.scopes], ["a", "tasks:read"]);
    assert.equal(await reasonOf(authenticator, await signedBy(other)), "ok");
    const refused = {
      "another key's": await signedBy({ ...key, privateKey: other.privateKey }),
      "an unknown key's": await signedBy({ ...key, kid: "three" }),
      "expired": await signedBy(key, { exp: SECONDS - 31 }),
      "cut": good.slice(0, -2),
    };
    for (const [name, authorization] of Object.entries(refused)) {
      assert.equal(await reasonOf(authenticator, authorization), "unauthenticated", name);
    }
  });
}

Deno.test("key set takes no secret and no token without a signature", async () => {
  const key = await makeKey("RS256", "k");
  await using server = new KeyServer(key);
  const authenticator = server.authenticator();
  const claims = { sub: "a", scope: "admin", exp: SECONDS + 60 };
  const part = (value: unknown) => btoa(JSON.stringify(value)).replaceAll("=", "");
  const secrets = [await exportSPKI(key.publicKey), JSON.stringify(key.jwk), `${key.jwk.n}`];
  for (const alg of ["HS256", "HS384", "HS512"]) {
    for (const secret of secrets) {
      const jwt = await new SignJWT(claims).setProtectedHeader({ alg, kid: "k" })
        .sign(new TextEncoder().encode(secret));
      assert.equal(await reasonOf(authenticator, `Bearer ${jwt}`), "unauthenticated", alg);
    }
  }
  for (const alg of ["none", "None", "NONE", ""]) {
    for (const signature of ["", "AAAA"]) {
      const jwt = `Bearer ${part({ alg, kid: "k" })}.${part(claims)}.${signature}`;
      assert.equal(await reasonOf(authenticator, jwt), "unauthenticated", alg);
    }
  }
});

Deno.test("key set verifies with no algorithm but those that it is said to", async () => {
  const { privateKey, publicKey } = await generateKeyPair("PS256", { extractable: true });
  const { alg: _alg, ...jwk } = await exportJWK(publicKey);
  const key = { alg: "PS256", kid: "k", privateKey, publicKey, jwk: { ...jwk, kid: "k" } };
  await using server = new KeyServer(key);
  assert.equal(await reasonOf(server.authenticator(), await signedBy(key)), "unauthenticated");
});

Deno.test("key set is read again for a new key, and a key that is gone verifies no more", async () => {
  const [old, fresh] = await Promise.all([makeKey("ES256", "old"), makeKey("ES256", "fresh")]);
  await using server = new KeyServer(old);
  const realNow = Date.now;
  let passedMs = 0;
  // The key set's age is measured by jose, whose clock is this one alone.
  Date.now = () => realNow() + passedMs;
  try {
    const authenticator = server.authenticator(() => NOW + passedMs);
    const token = await signedBy(old);
    assert.equal(await reasonOf(authenticator, token), "ok");
    server.keys = [fresh];
    passedMs = LATER_MS;
    assert.equal(await reasonOf(authenticator, await signedBy(fresh)), "ok");
    assert.equal(await reasonOf(authenticator, token), "unauthenticated");
    // Whoever makes up key ids does not have the key set read for each of them.
    for (let index = 0; index < 20; index++) {
      const forged = await signedBy({ ...fresh, kid: `made-up-${index}` });
      assert.equal(await reasonOf(authenticator, forged), "unauthenticated");
    }
    assert.equal(server.reads, 2);
  } finally {
    Date.now = realNow;
  }
});
