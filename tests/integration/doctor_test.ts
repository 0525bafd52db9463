/** What `dtask doctor` says of things that are really wrong: a full disk, a taken port, a lost secret. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { databaseFile } from "../../actors/storage/sqlite/mod.ts";
import { runDtask } from "../support/cli_process.ts";
import { freePort } from "../support/free_port.ts";
import { makeLivelyFolder, tamper } from "../support/lively_folder.ts";
import { startNode } from "../support/node_process.ts";
import { mountSmallDisk } from "../support/small_disk.ts";
import { awaitEnd, submitTask } from "../support/task_client.ts";
import { testOrSkip } from "../support/test_or_skip.ts";

const disk = await mountSmallDisk(1);

interface Findings {
  readonly code: number;
  /** `LEVEL detail` by check; everything for a check that there is not. */
  readonly of: (check: string) => string;
}

/** Runs it for a folder on addresses that nobody else uses. */
async function doctor(dataDir: string, ...words: readonly string[]): Promise<Findings> {
  const address = words.includes("--http") ? [] : ["--http", `127.0.0.1:${freePort()}`];
  const { code, out } = await runDtask(
    ...["doctor", "--data", dataDir, "--no-grpc", "--json", ...address, ...words],
  );
  const { checks } = JSON.parse(out) as {
    readonly checks: readonly { check: string; level: string; detail: string }[];
  };
  const found = new Map(checks.map(({ check, level, detail }) => [check, `${level} ${detail}`]));
  return { code, of: (check) => found.get(check) ?? out };
}

Deno.test("doctor finds nothing wrong beside a real node, but a secret that it does not have", async () => {
  await using node = await startNode({ args: ["--no-grpc"] });
  const { dataDir } = node;
  const { id } = await submitTask(node, { method: "noop" });
  await awaitEnd(node, id);
  const here = ["--http", new URL(node.url).host];
  const well = await doctor(dataDir, "--deep", ...here);
  assert.equal(well.code, 0, well.of("all"));
  assert.equal(well.of("node"), `ok ${node.url} is ready`);
  assert.match(well.of("http port"), /^ok .* is taken by the node that runs/);
  assert.match(well.of("contents"), /^ok sound: 1 tasks, 0 of them/);
  assert.match(
    well.of("clock"),
    /^ok agrees with the newest record of the database and the node's/,
  );
  await Deno.writeTextFile(join(dataDir, "secret"), "x".repeat(40));
  const { code, of } = await doctor(dataDir, ...here);
  assert.equal(code, 1);
  assert.match(of("secret"), /^FAIL the node at .* refuses tokens signed with .*secret: it runs/);
});

/** What is done to a data folder, and what is said of it. */
interface Fault {
  readonly name: string;
  readonly arrange: (dataDir: string) => Promise<void> | void;
  readonly check: string;
  readonly told: RegExp;
}

const FAULTS: readonly Fault[] = [
  {
    name: "a secret that others can read",
    arrange: (dataDir) =>
      Deno.writeTextFile(join(dataDir, "secret"), "s".repeat(40), { mode: 0o644 }),
    check: "secret",
    told: /^warn .* has mode 0644: .* chmod 600 it/,
  },
  {
    name: "a secret that can be guessed",
    arrange: (dataDir) => Deno.writeTextFile(join(dataDir, "secret"), "short"),
    check: "secret",
    told: /^FAIL The secret .* has 5 bytes where 32/,
  },
  {
    name: "a time from the future",
    arrange: (dataDir) => {
      const at = Date.now() + 3 * 86_400_000;
      tamper(databaseFile(dataDir), `UPDATE tasks SET finished_at = ${at} WHERE id = 'done'`);
    },
    check: "clock",
    told: /^FAIL the database has a record of .*, [23]d \d+h ahead of this clock/,
  },
  {
    name: "rows that contradict each other",
    arrange: (dataDir) => tamper(databaseFile(dataDir), "DELETE FROM task_inputs"),
    check: "contents",
    told: /^FAIL .* is damaged: 8 tasks without their input/,
  },
  {
    name: "a schema that is too new",
    arrange: (dataDir) => tamper(databaseFile(dataDir), "PRAGMA user_version = 1000"),
    check: "database",
    told: /^FAIL .* schema is version 1000 and this dtask knows up to \d+; start/,
  },
];

for (const { name, arrange, check, told } of FAULTS) {
  Deno.test(`doctor finds ${name}`, async () => {
    await using folder = await makeLivelyFolder();
    await arrange(folder.dataDir);
    const { code, of } = await doctor(folder.dataDir, "--deep");
    assert.match(of(check), told);
    assert.equal(code, of("all").includes('"FAIL"') ? 1 : 0);
  });
}

Deno.test("doctor finds a port that another program has", async () => {
  const dataDir = await Deno.makeTempDir({ prefix: "dtask-doctor-" });
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { code, of } = await doctor(dataDir, "--http", `127.0.0.1:${listener.addr.port}`);
  assert.equal(code, 1);
  assert.match(of("http port"), /^FAIL .* is taken by something else; stop that, or choose/);
  await Deno.remove(dataDir);
});

testOrSkip({
  name: "doctor finds a full disk, and one that is filling up",
  skip: typeof disk === "string" ? `no small file system can be mounted: ${disk}` : null,
  fn: async () => {
    assert.ok(typeof disk !== "string");
    await using _mounted = disk;
    const low = await doctor(disk.folder);
    assert.equal(low.code, 0, low.of("all"));
    assert.match(low.of("disk"), /^warn the disk of .* is filling up: 1 MiB of 1 MiB are free/);
    await disk.fill();
    const full = await doctor(disk.folder);
    assert.equal(full.code, 1);
    assert.match(
      full.of("disk"),
      /^FAIL the disk of .* is full \(0 MiB of 1 MiB are free\): .* free some/,
    );
    assert.deepEqual([...Deno.readDirSync(disk.folder)].map(({ name }) => name), ["filler"]);
  },
});
