import assert from "node:assert/strict";
import {
  ExecutorPools,
  type ExecutorPoolsOptions,
} from "../../../actors/supervisor/executor_pools.ts";

Deno.test("executor pools start with both modes, without rights", () => {
  const specs = open().first();
  assert.deepEqual(specs.map(({ name }) => name), [1, 2, 3, 4].map((n) => `executor-${n}`));
  assert.ok(specs.every(({ permissions }) => permissions === "none"));
  assert.deepEqual(specs.map(poolAndSlots), [
    ["async", 50],
    ["async", 50],
    ["blocking", 1],
    ["blocking", 1],
  ]);
});

Deno.test("executor pools give the asked rights and no other", () => {
  const [spec] = open().add('async+net=["a.example"]', { net: ["a.example"], env: true });
  assert.deepEqual(spec?.permissions, { net: ["a.example"], env: true });
});

Deno.test("executor pools of built-in tasks load no module of the user's", () => {
  const pools = open({ moduleUrls: ["file:///tasks.ts"], httpAllow: ["10.0.0.0/8"] });
  const modulesOf = (pool: string) =>
    pools.add(pool, { net: true }).map(({ init, entry }) => {
      const { moduleUrls, httpAllow } = init() as Record<string, unknown>;
      return [moduleUrls, httpAllow, entry.protocol];
    })[0];
  assert.deepEqual(modulesOf("async+builtin+net=*"), [[], ["10.0.0.0/8"], "file:"]);
  assert.deepEqual(modulesOf("alone+builtin+net=*"), [[], ["10.0.0.0/8"], "file:"]);
  assert.deepEqual(modulesOf("async+net=*"), [["file:///tasks.ts"], ["10.0.0.0/8"], "data:"]);
});

Deno.test("executor pools have one executor for suspects, with one slot", () => {
  assert.deepEqual(open().add("alone", {}).map(poolAndSlots), [["alone", 1]]);
});

Deno.test("executor pools start a pool once, and again when it was forgotten", () => {
  const pools = open();
  const [spec] = pools.add("alone", {});
  assert.deepEqual(pools.add("alone", {}), []);
  assert.equal(pools.poolOf(spec?.name ?? ""), "alone");
  pools.forget("alone");
  assert.equal(pools.poolOf(spec?.name ?? ""), null);
  assert.deepEqual(pools.add("alone", {}), [spec], "under the same name");
});

Deno.test("executor pools list their executors with their slots", () => {
  const pools = open();
  pools.add("alone", {});
  pools.first();
  assert.deepEqual(pools.list().slice(0, 3), [
    { name: "executor-1", pool: "alone", slots: 1 },
    { name: "executor-2", pool: "async", slots: 50 },
    { name: "executor-3", pool: "async", slots: 50 },
  ]);
  pools.forget("alone");
  assert.deepEqual(pools.list().map(({ pool }) => pool), [
    "async",
    "async",
    "blocking",
    "blocking",
  ]);
});

function open(more: Partial<ExecutorPoolsOptions> = {}): ExecutorPools {
  return new ExecutorPools({
    node: () => "n",
    moduleUrls: [],
    httpAllow: [],
    executors: 2,
    concurrency: 50,
    graceMs: 1,
    otel: false,
    logging: { format: "json", level: "info" },
    ...more,
  });
}

function poolAndSlots({ init }: { readonly init: () => unknown }): readonly unknown[] {
  const data = init();
  assert.ok(typeof data === "object" && data !== null && "pool" in data && "slots" in data);
  return [data.pool, data.slots];
}
