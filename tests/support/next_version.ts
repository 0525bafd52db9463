/** The version of the program that comes after this one, for rolling upgrades. */
import assert from "node:assert/strict";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const PARTS = ["actors", "api", "proto", "tasks", "deno.json", "deno.lock", "main.ts", "mod.ts"];
const STEPS = "actors/storage/postgres/schema.ts";
/** Nobody reads the column; what matters is that older nodes do not mind it. */
const STEP = "ALTER TABLE tasks ADD COLUMN of_the_next_version text;\n";

/** A copy of the program with another version and one more step of PostgreSQL's schema. */
export interface NextVersion extends AsyncDisposable {
  readonly version: string;
  /** The number of its newest step. */
  readonly schema: number;
  /** The folder from which it is started. */
  readonly root: string;
}

/** Makes it. Its step leaves the schema as nodes of this version can use it. */
export async function makeNextVersion(): Promise<NextVersion> {
  const root = await Deno.makeTempDir({ prefix: "dtask-next-" });
  const version = "99.0.0";
  for (const part of PARTS) await cp(join(ROOT, part), join(root, part), { recursive: true });
  await edit(join(root, "actors/config.ts"), /VERSION = "[^"]+"/, `VERSION = "${version}"`);
  const migrations = join(root, "actors/storage/postgres/migrations");
  const schema = [...Deno.readDirSync(migrations)].length + 1;
  await Deno.writeTextFile(join(migrations, "next.sql"), STEP);
  const steps = join(root, STEPS);
  const entry = `{ version: ${schema}, name: "next", sql: next, readableFrom: ${schema - 1} },`;
  await edit(steps, /(const MIGRATIONS\b[^;]*)\];/, `$1  ${entry}\n];`);
  const source = await Deno.readTextFile(steps);
  const line = 'import next from "./migrations/next.sql" with { type: "text" };\n';
  await Deno.writeTextFile(steps, line + source);
  return {
    ...{ root, version, schema },
    [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }),
  };
}

async function edit(path: string, pattern: RegExp, replacement: string): Promise<void> {
  const text = await Deno.readTextFile(path);
  assert.match(text, pattern, path);
  await Deno.writeTextFile(path, text.replace(pattern, replacement));
}
