import assert from "node:assert/strict";
import type { MethodDefinition } from "../../../actors/domain/task.ts";
import { MethodTable } from "../../../actors/scheduler/method_table.ts";

function definition(name: string, more: Partial<MethodDefinition> = {}): MethodDefinition {
  return {
    name,
    aliases: [],
    mode: "async",
    queue: null,
    timeoutMs: null,
    heartbeatTimeoutMs: null,
    retry: null,
    permissions: {},
    inputSchema: null,
    description: null,
    definition: "sha256-x",
    ...more,
  };
}

const HTTP = definition("http", { permissions: { net: true }, builtin: true });
const SHELL = definition("shell", { permissions: { run: true }, builtin: true });
const USERS = definition("users", { permissions: { net: true } });

Deno.test("method table: built-in tasks have their pool whatever users' tasks are allowed", () => {
  for (const allowPermissions of [false, true]) {
    const table = new MethodTable([HTTP, USERS], { allowPermissions });
    const pools = [HTTP, USERS].map(({ name }) => table.find(name, null)?.pool);
    assert.deepEqual(pools, ["async+builtin+net=*", allowPermissions ? "async+net=*" : "async"]);
    const refuses = (name: string) => {
      const method = table.find(name, null);
      return method !== null && table.refusesRights(method);
    };
    assert.deepEqual([refuses("http"), refuses("users")], [false, !allowPermissions]);
  }
});

Deno.test("method table: a node takes tasks for a built-in method that only others offer", () => {
  const table = new MethodTable([HTTP], { allowPermissions: false });
  assert.equal(table.findAnywhere("shell", null), null);
  table.setElsewhere([HTTP, SHELL]);
  assert.equal(table.findAnywhere("shell", null)?.pool, "async+builtin+run=*");
  assert.equal(table.serves("async+builtin+run=*"), false);
});

Deno.test("method table: a pool is left once no method asks for its rights any more", () => {
  const isLeft = (allowPermissions: boolean, ...pools: readonly string[]) => {
    const table = new MethodTable([HTTP, USERS], { allowPermissions });
    return pools.map((pool) => table.isLeft(pool));
  };
  assert.deepEqual(isLeft(true, "async+net=*", "alone+net=*", "async+builtin+net=*"), [
    false,
    false,
    false,
  ]);
  assert.deepEqual(isLeft(true, "async+env=*", "alone+env=*"), [true, true]);
  assert.deepEqual(isLeft(true, "async+builtin+run=*", "unregistered:x"), [false, false]);
  assert.deepEqual(isLeft(false, "async+net=*", "async+env=*"), [false, false], "they wait");
});

Deno.test("method table: what is built in and not offered waits without anybody's notice", () => {
  const table = new MethodTable([HTTP], { allowPermissions: false });
  const concerns = (pool: string) =>
    [false, true].map((shared) => table.concerns(pool, { shared }));
  assert.deepEqual(concerns("async+builtin+net=*"), [true, true]);
  assert.deepEqual(concerns("async+builtin+run=*"), [false, false]);
  assert.deepEqual(concerns("alone+builtin+run=*"), [false, false]);
  assert.deepEqual(concerns("async+net=*"), [true, false], "alone, it shows that nobody starts it");
});
