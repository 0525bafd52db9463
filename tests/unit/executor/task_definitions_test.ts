import assert from "node:assert/strict";
import { z } from "zod";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import { describeTasks } from "../../../actors/executor/task_definitions.ts";
import type { MethodDefinition } from "../../../actors/domain/task.ts";
import { task } from "../../../mod.ts";
import { findTask, type RegisteredTask } from "../../../tasks/sdk/task_registry.ts";

Deno.test("task definition has its failure handler as a submission would have it", async () => {
  const onFailure = {
    method: "full.alarm",
    args: [1n, { a: null }],
    priority: 9,
    labels: { a: "b" },
  };
  task({ name: "handled", onFailure, run: () => 1 });
  const { onFailure: handler, ...rest } = await describe("handled", "blocking");
  assert.deepEqual(handler, {
    method: "full.alarm",
    args: '[{"$int64":"1"},{"a":null}]',
    queue: null,
    priority: 9,
    delayMs: null,
    timeoutMs: null,
    heartbeatTimeoutMs: null,
    concurrencyKey: null,
    retry: null,
    labels: { a: "b" },
  });
  assert.equal("onFailure" in await describe("full.plain", "blocking"), false);
  assert.match(rest.definition, /^sha256-/);
});

Deno.test("task definition refuses a failure handler with arguments that are none, or too long", async () => {
  task({
    name: "handled.badly",
    onFailure: { method: "m", args: [Symbol() as never] },
    run: () => 1,
  });
  await assert.rejects(describe("handled.badly", "blocking"), /onFailure of task "handled.badly"/);
  const args = ["x".repeat(16 << 10)];
  task({ name: "handled.long", onFailure: { method: "m", args }, run: () => 1 });
  await assert.rejects(describe("handled.long", "blocking"), /more than 16384 bytes/);
});

task({ name: "full.plain", run: () => 1 });

Deno.test("task definition has every setting, as plain data", async () => {
  task({
    name: "full",
    aliases: ["also"],
    description: "Does all.",
    queue: "q",
    timeoutMs: 5,
    heartbeatTimeoutMs: 4,
    retry: { maxAttempts: 3 },
    permissions: { net: ["example.com"] },
    run: async () => await 1,
  });
  const { definition, ...rest } = await describe("full", "async");
  assert.match(definition, /^sha256-[0-9a-f]{64}$/);
  assert.deepEqual(rest, {
    name: "full",
    aliases: ["also"],
    description: "Does all.",
    mode: "async",
    queue: "q",
    timeoutMs: 5,
    heartbeatTimeoutMs: 4,
    retry: { maxAttempts: 3 },
    permissions: { net: ["example.com"] },
    inputSchema: null,
  });
  assert.deepEqual(structuredClone(rest), rest);
});

Deno.test("task definition gives the schema as JSON Schema where its library can", async () => {
  task({ name: "zod", input: z.tuple([z.number(), z.date()]), run: () => 1 });
  const { inputSchema } = await describe("zod", "blocking");
  assert.equal(inputSchema?.["type"], "array");
  assert.deepEqual(inputSchema?.["prefixItems"], [{ type: "number" }, {}]);
  const plain: StandardSchemaV1 = {
    "~standard": { version: 1, vendor: "mine", validate: (value) => ({ value }) },
  };
  task({ name: "plain", input: plain, run: () => 1 });
  assert.equal((await describe("plain", "blocking")).inputSchema, null);
  const failing = {
    "~standard": {
      ...plain["~standard"],
      jsonSchema: {
        input: () => {
          throw new Error("cannot");
        },
      },
    },
  };
  task({ name: "failing", input: failing, run: () => 1 });
  assert.equal((await describe("failing", "blocking")).inputSchema, null);
});

Deno.test("task definition changes its hash with its code and settings, and not otherwise", async () => {
  const one = () => 1;
  task({ name: "hash", run: one });
  const base = registered("hash", "blocking");
  const hashOf = async (more: Partial<RegisteredTask>) =>
    (await describeTasks([{ ...base, ...more }]))[0]?.definition;
  const hash = await hashOf({});
  assert.equal(await hashOf({ run: () => 1 }), hash);
  assert.equal(await hashOf({ description: "better said" }), hash);
  assert.notEqual(await hashOf({ run: () => 2 }), hash);
  assert.notEqual(await hashOf({ timeoutMs: 5 }), hash);
  assert.notEqual(await hashOf({ name: "other" }), hash);
  assert.notEqual(await hashOf({ mode: "async" }), hash);
});

function registered(name: string, mode: "async" | "blocking"): RegisteredTask {
  const found = findTask(name, mode);
  assert.ok(found !== undefined);
  return found;
}

async function describe(name: string, mode: "async" | "blocking"): Promise<MethodDefinition> {
  const [definition] = await describeTasks([registered(name, mode)]);
  assert.ok(definition !== undefined);
  return definition;
}
