import assert from "node:assert/strict";
import { Authenticator } from "../../../api/auth.ts";
import { FAKE_NOW, FakeWorld } from "./fake_world.ts";

const SECRET = "0123456789abcdef0123456789abcdef";

/** What a node with `secret` makes of a token. */
async function verify(token: string, now: number, secret = SECRET) {
  const config = { kind: "secret", secret, issuer: null, audience: null } as const;
  return await new Authenticator(config, () => now).verify(`Bearer ${token.trim()}`);
}

Deno.test("token prints one that the node takes for its time and scopes", async () => {
  const world = new FakeWorld({ env: { DTASK_JWT_SECRET: SECRET } });
  const { code, out } = await world.run(
    ...["token", "--sub", "ci", "--scope", "tasks:read,admin", "--ttl", "30m"],
  );
  assert.equal(code, 0);
  assert.match(out, /^[\w-]+\.[\w-]+\.[\w-]+\n$/);
  const verified = await verify(out, FAKE_NOW + 29 * 60_000);
  assert.ok(verified.ok);
  assert.equal(verified.value.subject, "ci");
  assert.deepEqual([...verified.value.scopes], ["tasks:read", "admin"]);
  assert.equal((await verify(out, FAKE_NOW + 31 * 60_000)).ok, false);
  assert.equal((await verify(out, FAKE_NOW, SECRET + "x")).ok, false);
});

Deno.test("token allows tasks and nothing else for an hour by default", async () => {
  const world = new FakeWorld();
  world.files.files.set("/srv/dtask/secret", SECRET + "\n");
  const { out } = await world.run("token", "--data", "/srv/dtask", "--json");
  const { token, ...rest } = JSON.parse(out);
  assert.deepEqual(rest, { sub: "cli", scope: "tasks:read tasks:write", expiresInSeconds: 3_600 });
  assert.ok((await verify(token, FAKE_NOW)).ok);
});

Deno.test("token carries the issuer and audience that the node checks", async () => {
  const world = new FakeWorld({
    env: { DTASK_JWT_SECRET: SECRET, DTASK_JWT_ISSUER: "me", DTASK_JWT_AUDIENCE: "you" },
  });
  const { out } = await world.run("token");
  const config = { kind: "secret", secret: SECRET, issuer: "me", audience: "you" } as const;
  assert.ok((await new Authenticator(config, () => FAKE_NOW).verify(`Bearer ${out.trim()}`)).ok);
});

for (
  const [words, told] of [
    [["--ttl", "0"], /--ttl takes a length of time from 1 second/],
    [["--ttl", "1w"], /--ttl takes a length of time/],
    [["--scope", "root"], /--scope takes one or more of tasks:read, tasks:write, admin/],
    [["--scope", ""], /--scope takes/],
  ] as const
) {
  Deno.test(`token refuses ${words.join(" ")}`, async () => {
    const { code, err } = await new FakeWorld().run("token", ...words);
    assert.equal(code, 2);
    assert.match(err, told);
  });
}

Deno.test("token tells what to do where there is no secret, and makes none", async () => {
  const world = new FakeWorld();
  const { code, err } = await world.run("token");
  assert.equal(code, 1);
  assert.match(err, /no secret in \/home\/user\/data: start a node there first/);
  assert.equal(world.files.files.size, 0);
});

Deno.test("token leaves tokens to the identity provider where there is one", async () => {
  const { code, err } = await new FakeWorld({ env: { DTASK_JWKS_URL: "https://k" } }).run("token");
  assert.equal(code, 2);
  assert.match(err, /identity provider/);
});
