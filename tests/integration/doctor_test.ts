/** What `dtask doctor` says of things that are really wrong: a full disk, a taken port, a lost secret. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { runDtask } from "../support/cli_process.ts";
import { freePort } from "../support/free_port.ts";
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

Deno.test("doctor beside a real node finds what was broken, each by itself", async (t) => {
  const dataDir = await Deno.makeTempDir({ prefix: "dtask-doctor-" });
  const secretFile = join(dataDir, "secret");
  const database = join(dataDir, "dtask.db");
  {
    await using node = await startNode({ dataDir, args: ["--no-grpc"] });
    const { id } = await submitTask(node, { method: "noop" });
    await awaitEnd(node, id);
    const here = ["--http", new URL(node.url).host];

    await t.step("all is well", async () => {
      const { code, of } = await doctor(dataDir, "--deep", ...here);
      assert.equal(code, 0, of("all"));
      assert.equal(of("node"), `ok ${node.url} is ready`);
      assert.match(of("http port"), /^ok .* is taken by the node that runs/);
      assert.match(of("contents"), /^ok sound: 1 tasks, 0 of them/);
      assert.match(of("clock"), /^ok agrees with the newest record of the database and the node's/);
    });

    await t.step("a secret that the node does not have", async () => {
      const secret = await Deno.readTextFile(secretFile);
      await Deno.writeTextFile(secretFile, "x".repeat(40));
      const { code, of } = await doctor(dataDir, ...here);
      assert.equal(code, 1);
      assert.match(
        of("secret"),
        /^FAIL the node at .* refuses tokens signed with .*secret: it runs/,
      );
      await Deno.writeTextFile(secretFile, secret);
    });
  }

  await t.step("a secret that others can read, or guess", async () => {
    await Deno.chmod(secretFile, 0o644);
    assert.match((await doctor(dataDir)).of("secret"), /^warn .* has mode 0644: .* chmod 600 it/);
    await Deno.writeTextFile(secretFile, "short");
    assert.match((await doctor(dataDir)).of("secret"), /^FAIL The secret .* has 5 bytes where 32/);
    await Deno.remove(secretFile);
  });

  await t.step("a port that another program has", async () => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { code, of } = await doctor(dataDir, "--http", `127.0.0.1:${listener.addr.port}`);
    assert.equal(code, 1);
    assert.match(of("http port"), /^FAIL .* is taken by something else; stop that, or choose/);
  });

  await t.step("a time from the future", async () => {
    const at = Date.now() + 3 * 86_400_000;
    tamper(database, `UPDATE tasks SET finished_at = ${at}`);
    const { code, of } = await doctor(dataDir);
    assert.equal(code, 1);
    assert.match(
      of("clock"),
      /^FAIL the database has a record of .*, [23]d \d+h ahead of this clock/,
    );
  });

  await t.step("rows that contradict each other", async () => {
    tamper(database, "UPDATE depths SET count = 7 WHERE status = 'completed'");
    assert.match(
      (await doctor(dataDir, "--deep")).of("contents"),
      /^FAIL .* is damaged: 1 counters/,
    );
  });

  await t.step("a schema that is too new", async () => {
    tamper(database, "PRAGMA user_version = 1000");
    const { code, of } = await doctor(dataDir);
    assert.equal(code, 1);
    assert.match(
      of("database"),
      /^FAIL .* schema is version 1000 and this dtask knows up to \d+; start/,
    );
  });
  await Deno.remove(dataDir, { recursive: true });
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

function tamper(file: string, sql: string): void {
  const database = new DatabaseSync(file);
  database.exec(sql);
  database.close();
}
