import assert from "node:assert/strict";
import { explain } from "../../../actors/domain/explain.ts";
import { facts, NOW, situation } from "../../support/explain_facts.ts";

const RUNNING = { id: "r", method: "sleep", executor: "executor-1", startedAt: NOW - 90_000 };
const BOOM = { name: "Error", message: "no route\nto host.", stack: null };

function codes(explanation: ReturnType<typeof explain>): readonly string[] {
  return explanation.causes.map(({ code }) => code);
}

Deno.test("explain says that a task is about to start where nothing is in its way", () => {
  const told = explain(facts(situation({ task: { readyAt: NOW - 20 } })));
  assert.deepEqual(codes(told), ["about_to_start"]);
  assert.equal(
    told.sentence,
    'Task "t" is next and being handed to an executor of pool "async", ready for 20 ms.',
  );
});

Deno.test("explain names a pause of the queue before everything else that holds", () => {
  const told = explain(facts(situation({
    queue: { paused: true, concurrency: 1 },
    place: { inQueue: { count: 1, tasks: [RUNNING] }, ahead: 7 },
    placement: { executors: 0, slots: 0, free: 0 },
    conditions: { rate: { limit: 1, perMs: 1_000, left: 0, nextAt: NOW + 500 } },
  })));
  assert.deepEqual(codes(told), [
    "queue_paused",
    "no_executor",
    "queue_concurrency",
    "rate_limited",
  ]);
  assert.equal(told.sentence, 'Task "t" cannot start while its queue "default" is paused.');
  assert.equal(told.change, "Resume the queue: `dtask queues resume default`.");
  assert.deepEqual(told.details, { queue: "default" });
});

Deno.test("explain names who takes up the limit of a queue and of a key", () => {
  const told = explain(facts(situation({
    task: { concurrencyKey: "customer-7" },
    queue: { concurrency: 1, keyConcurrency: 1 },
    place: {
      inQueue: { count: 1, tasks: [RUNNING] },
      withKey: { count: 1, tasks: [RUNNING] },
      ahead: 1_000,
    },
  })));
  assert.deepEqual(codes(told), ["queue_concurrency", "key_concurrency", "behind_others"]);
  assert.equal(
    told.sentence,
    'Task "t" is ready, but its queue "default" is at its limit of 1 running task: task "r", ' +
      "running for 1 min 30 s.",
  );
  assert.match(told.causes[1]?.sentence ?? "", /concurrency key "customer-7" in queue "default"/);
  assert.match(told.causes[2]?.sentence ?? "", /at least 1000 ready tasks .* go first/);
});

Deno.test("explain says when the rate of a queue lets a task start again", () => {
  const rate = { limit: 10, perMs: 60_000, left: 0, nextAt: NOW + 6_000 };
  const told = explain(facts(situation({ conditions: { rate } })));
  assert.deepEqual(codes(told), ["rate_limited"]);
  assert.match(told.sentence, /10 starts in 1 min; .* 2026-11-22T10:00:06\.000Z \(in 6 s\)\.$/);
});

Deno.test("explain says why a pool has no executor", () => {
  const pool = 'async+net=["a"]';
  const task = { pool, readyPool: pool };
  const none = { executors: 0, slots: 0, free: 0 };
  const failed = { state: "failed", error: "no memory" } as const;
  const starting = { state: "starting", error: null } as const;
  const tell = (refused: boolean, request: typeof failed | typeof starting | null) =>
    explain(facts(situation({
      task,
      conditions: { methodPool: refused ? "async" : pool, rightsRefused: refused },
      placement: { ...none, request },
    })));
  assert.match(tell(true, failed).change, /--allow-task-permissions/);
  assert.match(tell(false, failed).sentence, /cannot be started: no memory\.$/);
  assert.match(tell(false, starting).sentence, /still being started/);
  assert.match(tell(false, null).sentence, /no executor at the moment/);
  assert.deepEqual(codes(tell(false, null)), ["no_executor"]);
});

Deno.test("explain puts those ahead before slots that are taken", () => {
  const full = { placement: { free: 0 } };
  const inPool = { count: 4, tasks: [RUNNING] };
  const next = explain(facts(situation({ ...full, place: { inPool } })));
  assert.deepEqual(codes(next), ["no_free_slot"]);
  assert.match(next.sentence, /all 4 slots of pool "async" are taken by tasks "r" and 3 more/);
  const later = explain(facts(situation({ ...full, place: { inPool, ahead: 2, otherKeys: 3 } })));
  assert.deepEqual(codes(later), ["behind_others", "no_free_slot"]);
  assert.match(later.sentence, /2 ready tasks .* go first and its key takes turns with 3 other/);
});

Deno.test("explain says that a suspect waits to run alone", () => {
  const task = { crashes: 2, readyPool: "alone", reason: "crash" } as const;
  const busy = explain(facts(situation({ task, placement: { aloneRuns: 1, free: 0 } })));
  assert.deepEqual(codes(busy), ["alone"]);
  assert.match(busy.sentence, /lost 2 times .* another such task is running; it was put back/);
  const free = explain(facts(situation({ task, placement: { aloneRuns: 0, free: 1 } })));
  assert.deepEqual(codes(free), ["about_to_start"]);
  const starting = explain(facts(situation({ task, placement: { executors: 0, free: 0 } })));
  assert.deepEqual(codes(starting), ["alone", "no_executor"]);
});

Deno.test("explain says that the node starts nothing", () => {
  const pending = situation();
  const draining = explain(facts(pending, { node: { draining: true } }));
  assert.deepEqual(codes(draining), ["draining"]);
  const full = explain(facts(pending, { node: { storeError: "disk full" } }));
  assert.deepEqual(codes(full), ["store_unhealthy"]);
  const silent = situation({ placement: null });
  const notReady = ["actor dispatcher is restarting"];
  const restarting = explain(facts(silent, { node: { notReady } }));
  assert.deepEqual(codes(restarting), ["node_not_ready"]);
  assert.match(restarting.sentence, /actor dispatcher is restarting/);
});

Deno.test("explain says that a method is gone, and nothing of its executors", () => {
  const gone = situation({
    task: { method: "old" },
    conditions: { methodPool: null },
    placement: { executors: 0, free: 0 },
  });
  const told = explain(facts(gone));
  assert.deepEqual(codes(told), ["unknown_method"]);
  assert.deepEqual(told.details, { method: "old" });
});

Deno.test("explain says that only other nodes know a method, which needs nobody to do anything", () => {
  const elsewhere = situation({ conditions: { methodPool: null, knownElsewhere: true } });
  const told = explain(facts(elsewhere));
  assert.deepEqual(codes(told), ["known_elsewhere"]);
  assert.match(told.sentence, /can start on other nodes alone, which know its method "noop"/);
});

Deno.test("explain tells a delay from a backoff", () => {
  const dueAt = NOW + 3_600_000;
  const delayed = explain(facts(situation({ task: { status: "scheduled", dueAt } })));
  assert.equal(delayed.code, "not_due");
  assert.match(delayed.sentence, /starts at 2026-11-22T11:00:00\.000Z \(in 1 h\) at the earliest/);
  const task = { status: "scheduled", dueAt, attempt: 2, error: BOOM } as const;
  const failed = explain(facts(situation({ task, queue: { paused: true } })));
  assert.deepEqual(codes(failed), ["backoff", "queue_paused"]);
  assert.match(failed.sentence, /failed in attempt 2 of 5 with "Error: no route to host\."/);
});

Deno.test("explain tells running code from code that was asked to stop and code not begun", () => {
  const task = {
    status: "running",
    executor: "executor-1",
    startedAt: NOW - 5_000,
    attempt: 1,
    progress: { fraction: 0.4, note: "uploading" },
  } as const;
  const running = explain(facts(situation({ task })));
  assert.equal(running.code, "running");
  assert.match(running.sentence, /for 5 s, in attempt 1 of 5, 40 % done \("uploading"\)\.$/);
  const cancelling = explain(
    facts(situation({ task: { ...task, cancelRequestedAt: NOW - 1_000 } })),
  );
  assert.equal(cancelling.code, "cancelling");
  assert.match(cancelling.sentence, /asked to stop 1 s ago/);
  const run = { executor: "executor-1", assignedAt: NOW - 3, startedAt: null };
  assert.equal(explain(facts(situation({ task, placement: { run } }))).code, "prefetched");
});

Deno.test("explain names the root of a chain, the one to act on first", () => {
  const blocked = situation({
    task: { status: "blocked", counts: { total: 2, succeeded: 0, failed: 0, skipped: 0 } },
  });
  const dependency = (id: string) => ({ id, key: null, status: "blocked", reason: null }) as const;
  const told = explain(facts(blocked, {
    dependencies: [dependency("b"), dependency("c")],
    roots: [
      { path: ["b", "r"], situation: situation({ task: { id: "r", status: "running" } }) },
      {
        path: ["c", "p"],
        situation: situation({ task: { id: "p" }, queue: { paused: true } }),
      },
    ],
  }));
  assert.equal(
    told.sentence,
    'Task "t" waits for 2 of its 2 dependencies, tasks "b" and "c"; 2 steps up the chain, ' +
      'task "p" cannot start while its queue "default" is paused.',
  );
  assert.equal(told.change, 'For task "p": resume the queue: `dtask queues resume default`.');
});

Deno.test("explain names the cause of a skip and how to revive it", () => {
  const failed = situation({
    task: { id: "f", status: "failed", reason: "attempts_exhausted", attempt: 5, error: BOOM },
  });
  const skipped = situation({ task: { status: "skipped", reason: "upstream_failed" } });
  const dependency = { id: "f", key: null, status: "failed", reason: "poison" } as const;
  const told = explain(facts(skipped, {
    dependencies: [dependency],
    roots: [{ path: ["f"], situation: failed }],
  }));
  assert.equal(told.code, "upstream_failed");
  assert.match(told.sentence, /because task "f" did not succeed; task "f" failed in all of its 5/);
  assert.match(told.change, /`dtask retry f`\.$/);
});

Deno.test("explain tells every reason of a failure with what to do", () => {
  const reasons = {
    attempts_exhausted: /failed in all of its 5 attempts, the last time with "Error: no route/,
    non_retryable: /declared not worth a retry/,
    timeout: /cut off/,
    expired: /had not started by 2026-11-22T10:00:00\.000Z/,
    poison: /was lost 3 times, the last time while it ran alone/,
    invalid_input: /does not fit the schema of method "noop"/,
  } as const;
  for (const reason of Object.keys(reasons) as (keyof typeof reasons)[]) {
    const told = explain(facts(situation({
      task: { status: "failed", reason, attempt: 1, crashes: 3, error: BOOM, expiresAt: NOW },
    })));
    assert.equal(told.code, reason);
    assert.match(told.sentence, reasons[reason]);
    assert.match(told.change, /dtask retry t/);
  }
});

Deno.test("explain says that a failed task was discarded", () => {
  const task = { status: "failed", reason: "non_retryable", discardedAt: NOW - 1_000 } as const;
  const told = explain(facts(situation({ task })));
  assert.match(told.sentence, /; it was discarded from the dead letters at .* \(1 s ago\)\.$/);
});
