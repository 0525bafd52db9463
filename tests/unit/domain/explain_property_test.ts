import assert from "node:assert/strict";
import fc from "fast-check";
import { type CauseCode, explain, type Situation } from "../../../actors/domain/explain.ts";
import { TASK_STATUSES, type TaskRecord, type TaskStatus } from "../../../actors/domain/task.ts";
import { facts, NOW, situation } from "../../support/explain_facts.ts";

const FAILURES = [
  "attempts_exhausted",
  "non_retryable",
  "timeout",
  "expired",
  "poison",
  "invalid_input",
] as const;
const SKIPS = ["upstream_failed", "upstream_skipped", "rule"] as const;
const BLOCKADES = ["queue_paused", "unknown_method"] as const;
const NODE = ["draining", "store_unhealthy", "node_not_ready"] as const;

/** The codes that may stand for each status. */
const FITTING: Readonly<Record<TaskStatus, readonly CauseCode[]>> = {
  scheduled: ["not_due", "backoff", ...BLOCKADES, ...NODE],
  blocked: ["awaiting_dependencies", ...BLOCKADES],
  pending: [
    ...BLOCKADES,
    ...NODE,
    "no_executor",
    "queue_concurrency",
    "key_concurrency",
    "rate_limited",
    "alone",
    "behind_others",
    "no_free_slot",
    "about_to_start",
  ],
  running: ["running", "cancelling", "prefetched"],
  completed: ["completed"],
  failed: FAILURES,
  cancelled: ["cancelled"],
  skipped: SKIPS,
};

const time = fc.integer({ min: NOW - 1e9, max: NOW + 1e9 });
const timeOrNull = fc.option(time);
const small = fc.nat(12);
const text = fc.string({ unit: "binary", maxLength: 400 });
const error = fc.option(fc.record({ name: text, message: text, stack: fc.constant(null) }));
const running = fc.record({ id: text, method: text, executor: text, startedAt: time });
const occupants = fc.record({ count: small, tasks: fc.array(running, { maxLength: 4 }) });

const REASONS: Readonly<Partial<Record<TaskStatus, readonly TaskRecord["reason"][]>>> = {
  failed: FAILURES,
  skipped: SKIPS,
  pending: [null, "drain", "crash", "neighbour"],
};

const task = fc.constantFrom(...TASK_STATUSES).chain((status) =>
  fc.record({
    status: fc.constant(status),
    reason: fc.constantFrom(...REASONS[status] ?? [null]),
    id: text,
    method: text,
    concurrencyKey: fc.option(text),
    attempt: small,
    crashes: small,
    alone: fc.boolean(),
    dueAt: timeOrNull,
    expiresAt: timeOrNull,
    readyAt: timeOrNull,
    startedAt: timeOrNull,
    finishedAt: timeOrNull,
    cancelRequestedAt: timeOrNull,
    executor: fc.option(text),
    node: fc.option(text),
    error,
    progress: fc.option(
      fc.record({ fraction: fc.double({ noNaN: true }), note: fc.option(text) }),
    ),
  })
);

const anySituation: fc.Arbitrary<Situation> = fc.record({
  task,
  queue: fc.record({
    name: text,
    paused: fc.boolean(),
    concurrency: fc.option(small),
    keyConcurrency: fc.option(small),
  }),
  place: fc.record({
    inQueue: occupants,
    withKey: occupants,
    inPool: occupants,
    ahead: fc.nat(1_000),
    otherKeys: fc.nat(100),
  }),
  conditions: fc.option(fc.record({
    methodPool: fc.option(fc.constant("async")),
    rightsRefused: fc.boolean(),
    rate: fc.option(fc.record({ limit: small, perMs: fc.nat(), left: small, nextAt: time })),
  })),
  placement: fc.option(fc.record({
    executors: small,
    slots: small,
    free: small,
    aloneRuns: small,
    request: fc.option(fc.record({
      state: fc.constantFrom("starting", "failed"),
      error: fc.option(text),
    })),
    run: fc.option(fc.record({ executor: text, assignedAt: time, startedAt: timeOrNull })),
  })),
}).map(situation);

const anyFacts = fc.record({
  subject: anySituation,
  dependencies: fc.array(
    fc.record({
      id: text,
      key: fc.option(text),
      status: fc.constantFrom(...TASK_STATUSES),
      reason: fc.constant(null),
    }),
    { maxLength: 4 },
  ),
  moreDependencies: fc.boolean(),
  roots: fc.array(
    fc.record({ path: fc.array(text, { minLength: 1, maxLength: 3 }), situation: anySituation }),
    { maxLength: 3 },
  ),
  truncated: fc.boolean(),
  node: fc.record({
    draining: fc.boolean(),
    storeError: fc.option(text),
    notReady: fc.array(text, { maxLength: 2 }),
  }),
}).map(({ subject, ...more }) => facts(subject, more));

Deno.test("explain gives every situation sentences, and codes that fit its status", () => {
  fc.assert(
    fc.property(anyFacts, (known) => {
      const told = explain(known);
      assert.deepEqual([told.id, told.status], [known.subject.task.id, known.subject.task.status]);
      assert.deepEqual(told.causes[0]?.code, told.code);
      for (const { code, sentence, change } of told.causes) {
        assert.ok(FITTING[told.status].includes(code), `${told.status}: ${code}`);
        assert.match(sentence, /^Task ".*[^.]\.$/s);
        assert.match(change, /^\S.*[^.]\.$/s);
        assert.ok(!/[\r\n]/.test(sentence + change), "one line");
      }
      assert.equal(new Set(told.causes.map(({ code }) => code)).size, told.causes.length);
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("explain depends on nothing but the facts", () => {
  fc.assert(fc.property(anyFacts, (known) => assert.deepEqual(explain(known), explain(known))));
});
