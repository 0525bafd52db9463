import assert from "node:assert/strict";
import { migrate, type Migration, type MigrationTarget } from "../../../actors/storage/migrator.ts";
import { SchemaTooNewError } from "../../../actors/storage/port.ts";

const STEPS: readonly Migration[] = [
  { version: 1, name: "init", sql: "1" },
  { version: 2, name: "more", sql: "2" },
  { version: 3, name: "most", sql: "3" },
];

class FakeDatabase implements MigrationTarget {
  readonly label = 'database "x"';
  readonly applied: string[] = [];
  current: number;

  constructor(current: number) {
    this.current = current;
  }

  version(): Promise<number> {
    return Promise.resolve(this.current);
  }

  apply({ version, name }: Migration): Promise<void> {
    if (name === "fails") return Promise.reject(new Error("no"));
    this.applied.push(name);
    this.current = version;
    return Promise.resolve();
  }
}

Deno.test("migrator applies what is missing, in order, and nothing twice", async () => {
  const empty = new FakeDatabase(0);
  await migrate(empty, STEPS);
  await migrate(empty, STEPS);
  assert.deepEqual(empty.applied, ["init", "more", "most"]);
  const older = new FakeDatabase(1);
  await migrate(older, STEPS);
  assert.deepEqual(older.applied, ["more", "most"]);
});

Deno.test("migrator stops at a step that fails, and goes on from it at the next start", async () => {
  const database = new FakeDatabase(0);
  const broken = STEPS.map((step) => step.version === 2 ? { ...step, name: "fails" } : step);
  await assert.rejects(migrate(database, broken), /no/);
  assert.deepEqual(database.applied, ["init"]);
  await migrate(database, STEPS);
  assert.deepEqual(database.applied, ["init", "more", "most"]);
});

Deno.test("migrator refuses a newer schema untouched", async () => {
  const database = new FakeDatabase(4);
  await assert.rejects(migrate(database, STEPS), SchemaTooNewError);
  assert.deepEqual(database.applied, []);
});

Deno.test("migrator refuses steps that are out of order", async () => {
  await assert.rejects(migrate(new FakeDatabase(0), STEPS.slice(1)), /out of order/);
});
