import assert from "node:assert/strict";
import { join } from "node:path";
import { SYSTEM_FILES } from "../../../api/cli/system_ports.ts";
import { readOrMakeNodeSecret } from "../../../api/cli/node_secret.ts";
import { FakeWorld } from "./fake_world.ts";

const PATH = "/home/user/data/secret";

function secretOf(world: FakeWorld): string | null {
  const { auth } = world.config;
  return auth.kind === "secret" ? auth.secret : null;
}

Deno.test("node secret is made by the first start and kept by later ones", async () => {
  const world = new FakeWorld();
  await world.run("start");
  const first = secretOf(world);
  assert.ok(first !== null && first.length >= 32);
  assert.equal(world.files.files.get(PATH), first + "\n");
  assert.equal(world.files.modes.get(PATH), 0o600);
  await world.run("start");
  assert.equal(secretOf(world), first);
});

Deno.test("node secret of a faster start is taken by the slower one", async () => {
  const theirs = "t".repeat(40);
  const world = new FakeWorld();
  world.files.beforeSecret = () => world.files.files.set(PATH, theirs);
  await world.run("start");
  assert.equal(secretOf(world), theirs);
});

Deno.test("node secret that is too short stops the start", async () => {
  const world = new FakeWorld();
  world.files.files.set(PATH, "short\n");
  const { code, err } = await world.run("start");
  assert.equal(code, 1);
  assert.match(
    err,
    /The secret \/home\/user\/data\/secret has 5 bytes where 32 are needed; remove/,
  );
});

Deno.test("node secret that cannot be read stops the start", async () => {
  const world = new FakeWorld();
  world.files.files.set(PATH, "s".repeat(40));
  world.files.unreadable.add(PATH);
  const { code, err } = await world.run("start");
  assert.equal(code, 1);
  assert.match(err, /Cannot read the secret .*Permission denied; run as the user that owns it/);
});

Deno.test("node secret is not looked for in a file that --data names", async () => {
  const file = await Deno.makeTempFile();
  try {
    const world = new FakeWorld({ ports: { files: SYSTEM_FILES } });
    const { code, err } = await world.run("start", "--data", file);
    assert.deepEqual([code, err], [2, `dtask: --data takes a folder, not "${file}"\n`]);
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("node secret is not made without authentication", async () => {
  const world = new FakeWorld();
  await world.run("start", "--no-auth");
  assert.equal(world.files.files.size, 0);
});

Deno.test("node secret is the same for starts that race on a real file system", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const dataDir = join(folder, "data");
    const randomBytes = (length: number) => crypto.getRandomValues(new Uint8Array(length));
    const secrets = await Promise.all(
      Array.from({ length: 16 }, () => readOrMakeNodeSecret(SYSTEM_FILES, dataDir, randomBytes)),
    );
    assert.equal(new Set(secrets).size, 1);
    assert.deepEqual([...Deno.readDirSync(dataDir)].map(({ name }) => name), ["secret"]);
    assert.equal((await SYSTEM_FILES.facts(join(dataDir, "secret")))?.mode, 0o600);
    assert.equal((await SYSTEM_FILES.facts(dataDir))?.mode, 0o700);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
