import assert from "node:assert/strict";
import { eventually } from "../../support/eventually.ts";
import { OrphanGuard } from "../../support/orphan_guard.ts";
import { isRunning } from "../../support/process_state.ts";

const GUARD = new URL("../../support/orphan_guard.ts", import.meta.url).href;

Deno.test("orphan_guard ends the server of a test that was killed, and removes its data", async () => {
  const folder = await Deno.makeTempDir({ prefix: "dtask-" });
  const server = new Deno.Command("sleep", { args: ["600"] }).spawn();
  const options = { folder, pidFile: `${folder}/pid` };
  await Deno.writeTextFile(options.pidFile, `${server.pid}\nand more\n`);
  const test = new Deno.Command(Deno.execPath(), {
    args: ["eval", "--quiet", program(options)],
    stdout: "piped",
  }).spawn();
  const reader = test.stdout.getReader();
  await reader.read();
  test.kill("SIGKILL");
  await test.status;
  assert.equal((await server.status).signal, "SIGQUIT");
  await eventually(() => !exists(folder), { what: "the folder is removed" });
  await reader.cancel();
});

Deno.test("orphan_guard does nothing once it is released", async () => {
  const folder = await Deno.makeTempDir({ prefix: "dtask-" });
  const server = new Deno.Command("sleep", { args: ["600"] }).spawn();
  await Deno.writeTextFile(`${folder}/pid`, `${server.pid}\n`);
  const guard = new OrphanGuard({ folder, pidFile: `${folder}/pid` });
  await guard.release();
  assert.ok(isRunning(server.pid) && exists(folder));
  server.kill("SIGKILL");
  await server.status;
  await Deno.remove(folder, { recursive: true });
});

/** What makes a guard, says so, and waits to be killed. */
function program(options: unknown): string {
  return `import { OrphanGuard } from ${JSON.stringify(GUARD)};
    new OrphanGuard(${JSON.stringify(options)});
    console.log("watched over");
    setTimeout(() => {}, 600_000);`;
}

function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
