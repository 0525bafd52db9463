import assert from "node:assert/strict";
import { LIVE_STATUSES } from "../../../actors/domain/uniqueness.ts";
import { ok } from "../../../actors/domain/error.ts";
import type { Submission } from "../../../actors/protocol.ts";
import { fakeTask } from "../../support/fake_task.ts";
import { submission } from "../../support/submission.ts";
import { FakeRestNode } from "./fake_rest_node.ts";

async function asked(unique: unknown) {
  const node = new FakeRestNode();
  const { status, body } = await node.call("POST", "/api/tasks", {
    body: { method: "noop", unique },
  });
  return { status, body, unique: node.submissions[0]?.unique };
}

Deno.test("unique has defaults: by arguments, or by the method where a key is given", async () => {
  const live = { withinMs: null, states: LIVE_STATUSES };
  assert.deepEqual((await asked({})).unique, { key: null, by: "args", ...live });
  assert.deepEqual((await asked({ key: "k" })).unique, { key: "k", by: "method", ...live });
  assert.deepEqual((await asked({ key: "k", by: "args" })).unique, {
    ...{ key: "k", by: "args", ...live },
  });
  assert.deepEqual(
    (await asked({ by: "method", withinMs: 1, states: ["failed", "failed"] })).unique,
    { key: null, by: "method", withinMs: 1, states: ["failed"] },
  );
});

Deno.test("unique refuses what it cannot mean", async () => {
  const faults = [
    ["/unique", true],
    ["/unique/by", { by: "queue" }],
    ["/unique/key", { key: "" }],
    ["/unique/withinMs", { withinMs: 0 }],
    ["/unique/states", { states: [] }],
    ["/unique/states/0", { states: ["live"] }],
    ["/unique/period", { period: 60 }],
  ] as const;
  for (const [pointer, unique] of faults) {
    const { status, body } = await asked(unique);
    assert.deepEqual([status, body.errors[0].pointer], [422, pointer]);
  }
});

Deno.test("unique is part of a submission's content", async () => {
  const node = new FakeRestNode();
  const bodies = [{}, { unique: {} }, { unique: { by: "args" } }];
  for (const more of bodies) {
    await node.call("POST", "/api/tasks", { body: { method: "noop", ...more } });
  }
  assert.equal(new Set(node.submissions.map(({ contentHash }) => contentHash)).size, 3);
});

Deno.test("unique is refused in workflows, with the reason", async () => {
  const tasks = [{ key: "a", method: "noop", unique: {} }];
  const node = new FakeRestNode();
  const answers = [
    await node.call("POST", "/api/workflows", { body: { tasks } }),
    await node.call("PUT", "/api/schedules/s", {
      body: { cron: "* * * * *", workflow: { tasks } },
    }),
  ];
  const pointers = ["/tasks/0/unique", "/workflow/tasks/0/unique"];
  for (const [index, { status, body }] of answers.entries()) {
    assert.deepEqual([status, body.errors[0].pointer], [422, pointers[index]]);
    assert.match(body.errors[0].message, /cannot be given in a workflow/);
  }
  assert.equal(node.asked.length, 0);
});

Deno.test("unique answers a duplicate with 200, the other task and a mark, in batches too", async () => {
  const node = new FakeRestNode();
  node.replies.set("SubmitTasks", ({ items }) => ({
    ok: true,
    value: items.map(({ id, unique }: Submission) =>
      unique === undefined
        ? ok({ created: true, task: fakeTask(submission({ id })) })
        : ok({ created: false, duplicate: true, task: fakeTask(submission({ id: "first" })) })
    ),
  }));
  const one = await node.call("POST", "/api/tasks", { body: { method: "noop", unique: {} } });
  assert.deepEqual([one.status, one.body.id, one.body.duplicate], [200, "first", true]);
  assert.equal(one.headers.get("location"), null);
  const tasks = [{ method: "noop", unique: {} }, { id: "own", method: "noop" }];
  const { body } = await node.call("POST", "/api/tasks/batch", { body: { tasks } });
  const [duplicate, own] = body.results;
  assert.deepEqual([duplicate.status, duplicate.task.id, duplicate.task.duplicate], [
    ...[200, "first", true],
  ]);
  assert.deepEqual([own.status, own.task.id, "duplicate" in own.task], [201, "own", false]);
});
