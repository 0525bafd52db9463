import fc from "fast-check";
import type { Situation } from "../../actors/domain/explain.ts";
import { TASK_STATUSES, type TaskRecord, type TaskStatus } from "../../actors/domain/task.ts";
import { facts, NOW, situation } from "./explain_facts.ts";

/** Every reason of a failure. */
export const FAILURES = [
  "attempts_exhausted",
  "non_retryable",
  "timeout",
  "expired",
  "poison",
  "invalid_input",
] as const;
/** Every reason of a skip. */
export const SKIPS = ["upstream_failed", "upstream_skipped", "rule"] as const;
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
    crashes: fc.nat(3),
    alone: fc.constantFrom(false, false, true),
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
      fc.record({ fraction: fc.double({ min: 0, max: 1, noNaN: true }), note: fc.option(text) }),
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
    knownElsewhere: fc.boolean(),
    rightsRefused: fc.boolean(),
    rate: fc.option(fc.record({ limit: small, perMs: fc.nat(), left: small, nextAt: time })),
  })),
  placement: fc.option(fc.record({
    executors: fc.nat(2),
    slots: small,
    free: fc.constantFrom(0, 0, 3),
    aloneRuns: fc.nat(1),
    request: fc.option(fc.record({
      state: fc.constantFrom("starting", "failed"),
      error: fc.option(text),
    })),
    run: fc.option(
      fc.record({ executor: text, assignedAt: time, startedAt: timeOrNull }),
      { freq: 1 },
    ),
  })),
}).map(situation);

/** Facts of every kind, likely or not. */
export const anyFacts = fc.record({
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
