import assert from "node:assert/strict";
import fc from "fast-check";
import {
  isMember,
  LEASE,
  type LeaseRecord,
  NODE_STATES,
  standing,
  sweep,
} from "../../../actors/domain/lease.ts";

const NOW = 1_000_000;

function lease(state: LeaseRecord["state"], renewedAgoMs: number, markedAgoMs?: number) {
  const markedAt = markedAgoMs === undefined ? null : NOW - markedAgoMs;
  return { state, renewedAt: NOW - renewedAgoMs, markedAt };
}

Deno.test("lease: a node becomes suspect only when it has not renewed for a whole lease", () => {
  assert.equal(sweep(lease("active", LEASE.leaseMs), NOW), "active");
  assert.equal(sweep(lease("active", LEASE.leaseMs + 1), NOW), "suspect");
});

Deno.test("lease: a suspect is lost at the next sweep, not at one that comes right after", () => {
  assert.equal(sweep(lease("suspect", 26_000, 100), NOW), "suspect");
  assert.equal(sweep(lease("suspect", 28_000, LEASE.sweepMs), NOW), "lost");
  assert.equal(sweep(lease("suspect", 28_000), NOW), "suspect", "nobody knows since when");
});

Deno.test("lease: a clock that was set back keeps no dead node alive", () => {
  assert.equal(sweep(lease("active", -3_600_000), NOW), "suspect");
  assert.equal(sweep(lease("suspect", -3_600_000, 3_000), NOW), "lost");
  assert.equal(sweep(lease("active", -20_000), NOW), "active");
});

Deno.test("lease: no sweep changes a final state, or a node that renewed in time", () => {
  const someLease = fc.record({
    state: fc.constantFrom(...NODE_STATES),
    renewedAt: fc.integer({ min: NOW - 100_000, max: NOW }),
    markedAt: fc.option(fc.integer({ min: NOW - 100_000, max: NOW })),
  });
  fc.assert(fc.property(someLease, (before) => {
    const after = sweep(before, NOW);
    if (!isMember(before)) assert.equal(after, before.state);
    if (NOW - before.renewedAt <= LEASE.leaseMs) assert.equal(after, before.state);
    if (after === "lost" && before.state !== "lost") assert.equal(before.state, "suspect");
  }));
});

Deno.test("lease: a node stands worse the longer it has not renewed", () => {
  assert.deepEqual(
    [0, 5_999, 6_000, 17_999, 18_000, 21_999, 22_000, 1e9].map(standing),
    ["held", "held", "late", "late", "aborting", "aborting", "terminating", "terminating"],
  );
});

Deno.test("lease: a node has ended its runs before any sweep can lose it, on clocks 5 % apart", () => {
  const speeds = fc.double({ min: 0.95, max: 1.05, noNaN: true });
  fc.assert(fc.property(speeds, fc.integer({ min: 0, max: 60_000 }), (speed, sinceMs) => {
    const heard = sweep({ state: "suspect", renewedAt: 0, markedAt: 0 }, sinceMs * speed);
    if (heard === "lost") assert.equal(standing(sinceMs), "terminating");
  }));
});
