/** What becomes of real Workers that fail. */
import assert from "node:assert/strict";
import { eventually } from "../../support/eventually.ts";
import type { DeathCause } from "../../../actors/runtime/mod.ts";
import type { ProbeMessage } from "../../support/runtime_actors/probe_protocol.ts";
import {
  codeOf,
  PATIENT,
  probeSpec,
  ProbeSystem,
  valueOf,
} from "../../support/runtime_actors/probe_system.ts";

/** Short, for actors that are to be found silent. */
const WATCHFUL = { intervalMs: 20, timeoutMs: 400 };
/** Not to be taken for one of those on a busy machine. */
const TRUSTFUL = { intervalMs: 20, timeoutMs: 60_000 };

/** Makes `b` end by `breakIt`, and checks that its neighbour sees that and finds it again. */
async function checkRestart(
  cause: DeathCause,
  breakIt: (at: ProbeSystem) => void,
): Promise<string> {
  await using at = new ProbeSystem();
  await at.system.start([
    probeSpec("a", { links: ["b"] }),
    probeSpec("b", { ping: cause === "unresponsive" ? WATCHFUL : TRUSTFUL }),
  ]);
  const before = valueOf(await at.probe("b").ask({ kind: "GetIncarnation" }, PATIENT));
  const started = at.events.length;
  breakIt(at);
  const died = await at.event("ActorDied", "b");
  assert.equal(died.cause, cause);
  assert.equal(died.incarnation, before);
  assert.equal((await at.event("ActorRestarting", "b")).afterMs, cause === "terminated" ? 0 : 20);
  const ready = await at.event("ActorReady", "b", started);
  assert.notEqual(ready.incarnation, before);
  const ask: ProbeMessage = { kind: "AskPeer", peer: "b", deadlineMs: 20_000 };
  assert.equal(valueOf(await at.probe("a").ask(ask, PATIENT)), "hello");
  const seen = valueOf(await at.probe("a").ask({ kind: "GetPeerEvents" }, PATIENT));
  assert.deepEqual(seen.filter(({ peer }) => peer === "b").map(({ state }) => state), [
    "up",
    "down",
    "up",
  ]);
  const info = at.system.info().find(({ name }) => name === "b");
  assert.equal(info?.lastError, died.error);
  assert.ok(died.error === "" || Date.now() - (info?.lastErrorAt ?? 0) < 600_000, "and when");
  assert.deepEqual([info?.state, info?.restarts, info?.incarnation], [
    "ready",
    1,
    ready.incarnation,
  ]);
  return died.error;
}

Deno.test("supervision restarts an actor that throws outside a call", async () => {
  const error = await checkRestart("error", (at) => at.system.injectFault("b", "throw"));
  assert.match(error, /Fault injected/);
});

Deno.test("supervision restarts an actor with an unhandled rejection", async () => {
  const error = await checkRestart(
    "error",
    (at) => at.probe("b").tell({ kind: "RejectOutside", text: "Forgotten" }),
  );
  assert.match(error, /RangeError: Forgotten/);
});

Deno.test("supervision restarts an actor that fails itself", async () => {
  const error = await checkRestart(
    "error",
    (at) => at.probe("b").tell({ kind: "Fail", text: "No way on" }),
  );
  assert.match(error, /^RangeError: No way on\n/);
});

Deno.test("supervision restarts an actor that blocks its isolate", async () => {
  const error = await checkRestart("unresponsive", (at) => at.system.injectFault("b", "block"));
  assert.equal(error, "No answer in 400 ms");
});

Deno.test("supervision restarts an actor that closes its isolate without a word", async () => {
  await checkRestart("unresponsive", (at) => at.system.injectFault("b", "close"));
});

Deno.test("supervision restarts an actor that was terminated on purpose", async () => {
  const error = await checkRestart("terminated", (at) => {
    void at.system.terminate("b", { reason: "It is time", restart: true });
  });
  assert.equal(error, "It is time");
});

Deno.test("supervision lets a restarted actor reach a peer that is down, by whose link it may", async () => {
  const restartPolicy = { ...SLOW, initialBackoffMs: 300, maxBackoffMs: 300 };
  await using at = new ProbeSystem({ restartPolicy });
  await at.system.start([probeSpec("a"), probeSpec("b", { links: ["a"] })]);
  const started = at.events.length;
  at.system.injectFault("b", "throw");
  await at.event("ActorDied", "b");
  await at.system.terminate("a", { reason: "Both are down now", restart: true });
  await at.event("ActorReady", "a", started);
  const ask: ProbeMessage = { kind: "AskPeer", peer: "b", deadlineMs: 20_000 };
  assert.equal(valueOf(await at.probe("a").ask(ask, PATIENT)), "hello");
});

Deno.test("supervision fails the calls in flight to an actor that dies", async () => {
  await using at = new ProbeSystem();
  await at.system.start([probeSpec("a", { links: ["b"] }), probeSpec("b")]);
  const flood = at.probe("a").ask(
    { kind: "Flood", peer: "b", count: 20, message: "Hold" },
    PATIENT,
  );
  const own = at.probe("b").ask({ kind: "Hold", value: 1 }, PATIENT);
  await at.probe("a").ask({ kind: "AskPeer", peer: "b", deadlineMs: 20_000 }, PATIENT);
  at.system.injectFault("b", "throw");
  assert.deepEqual(valueOf(await flood), { died: 20 });
  assert.equal(codeOf(await own), "died");
});

Deno.test("supervision keeps what was not sent for the restarted actor", async () => {
  await using at = new ProbeSystem({ restartPolicy: { ...SLOW, initialBackoffMs: 50 } });
  await at.system.start([probeSpec("b")]);
  at.system.injectFault("b", "throw");
  await at.event("ActorDied", "b");
  assert.equal(valueOf(await at.probe("b").ask({ kind: "Echo", value: 7 }, PATIENT)), 7);
});

Deno.test("supervision restarts the members of a group together", async () => {
  await using at = new ProbeSystem();
  await at.system.start([
    probeSpec("store"),
    probeSpec("scheduler", { group: "core", links: ["dispatcher"] }),
    probeSpec("dispatcher", { group: "core", startAfter: ["scheduler"] }),
  ]);
  const started = at.events.length;
  at.system.injectFault("scheduler", "throw");
  await at.event("ActorReady", "dispatcher", started);
  const told = at.events.slice(started).map((event) =>
    event.kind === "ActorDied"
      ? `${event.actor} died: ${event.cause}`
      : `${event.actor} ${event.kind}`
  );
  assert.deepEqual(told, [
    "scheduler died: error",
    "dispatcher died: group",
    "scheduler ActorRestarting",
    "scheduler ActorReady",
    "dispatcher ActorReady",
  ]);
  const restarts = at.system.info().map(({ name, restarts }) => [name, restarts]);
  assert.deepEqual(restarts, [["store", 0], ["scheduler", 1], ["dispatcher", 1]]);
});

/** Escalates only when a test wants it. */
const SLOW = { maxRestarts: 5, windowMs: 60_000, initialBackoffMs: 1, maxBackoffMs: 100 };

Deno.test("supervision escalates when an actor dies too often, and refuses calls to it", async () => {
  await using at = new ProbeSystem({ restartPolicy: { ...SLOW, maxRestarts: 2 } });
  await at.system.start([
    probeSpec("a", { links: ["b"] }),
    probeSpec("b", { group: "g" }),
    probeSpec("c", { group: "g" }),
  ]);
  for (let round = 0; round < 3; round++) {
    const before = at.events.length;
    at.system.injectFault("b", "throw");
    if (round < 2) await at.event("ActorReady", "b", before);
  }
  const { error } = await at.event("Escalated", "b");
  assert.match(error, /Fault injected/);
  const states = at.system.info().map(({ name, state }) => [name, state]);
  assert.deepEqual(states, [["a", "ready"], ["b", "failed"], ["c", "failed"]]);
  assert.equal(codeOf(await at.probe("b").ask({ kind: "Echo", value: 1 }, PATIENT)), "stopped");
  const ask: ProbeMessage = { kind: "AskPeer", peer: "b", deadlineMs: 20_000 };
  // The other isolate may hear of the last end a moment later: until then its asks die with the actor.
  const answer = await eventually(async () => {
    const code = valueOf(await at.probe("a").ask(ask, PATIENT));
    return code === "died" ? null : code;
  }, { what: "the peer knows that the actor is gone for good" });
  assert.equal(answer, "stopped");
});

Deno.test("supervision does not count ends on purpose as failures", async () => {
  await using at = new ProbeSystem({ restartPolicy: { ...SLOW, maxRestarts: 1 } });
  await at.system.start([probeSpec("b")]);
  for (let round = 0; round < 3; round++) {
    const before = at.events.length;
    assert.equal(await at.system.terminate("b", { reason: "Again", restart: true }), true);
    await at.event("ActorReady", "b", before);
  }
  assert.equal(at.system.info()[0]?.restarts, 3);
});

Deno.test("supervision counts a restart that fails to start, up to escalation", async () => {
  await using at = new ProbeSystem({ restartPolicy: { ...SLOW, maxRestarts: 2 } });
  let starts = 0;
  const spec = probeSpec("b");
  const init = () => ++starts === 1 ? {} : { failStart: `No ${starts}` };
  await at.system.start([{ ...spec, init }]);
  at.system.injectFault("b", "throw");
  assert.equal((await at.event("Escalated", "b")).error, "No 3");
  const causes = at.events.flatMap((event) => event.kind === "ActorDied" ? [event.cause] : []);
  assert.deepEqual(causes, ["error", "start_failed", "start_failed"]);
});

Deno.test("supervision only announces the end of a temporary actor", async () => {
  await using at = new ProbeSystem();
  await at.system.start([probeSpec("b", { restart: "temporary" })]);
  at.system.injectFault("b", "throw");
  await at.event("ActorStopped", "b");
  assert.equal(at.system.info()[0]?.state, "stopped");
  assert.equal(codeOf(await at.probe("b").ask({ kind: "Echo", value: 1 }, PATIENT)), "stopped");
  await at.system.spawn(probeSpec("b"));
  assert.equal(valueOf(await at.probe("b").ask({ kind: "Echo", value: 1 }, PATIENT)), 1);
});

Deno.test("supervision terminates only the incarnation that is meant", async () => {
  await using at = new ProbeSystem();
  await at.system.start([probeSpec("b")]);
  const incarnation = at.system.info()[0]?.incarnation ?? "";
  const end = { reason: "Enough", restart: false };
  assert.equal(await at.system.terminate("b", { ...end, incarnation: "another" }), false);
  at.system.injectFault("b", "block");
  assert.equal(await at.system.terminate("b", { ...end, incarnation }), true);
  assert.equal(await at.system.terminate("b", { ...end, incarnation }), false);
  assert.equal(at.system.info()[0]?.state, "stopped");
  assert.deepEqual(at.events.map(({ kind }) => kind), ["ActorReady", "ActorDied", "ActorStopped"]);
});

Deno.test("supervision gives up a restart that is not wanted any more", async () => {
  const restartPolicy = { ...SLOW, initialBackoffMs: 60_000, maxBackoffMs: 60_000 };
  await using at = new ProbeSystem({ restartPolicy });
  await at.system.start([probeSpec("b")]);
  at.system.injectFault("b", "throw");
  await at.event("ActorRestarting", "b");
  assert.equal(await at.system.terminate("b", { reason: "Enough", restart: true }), false);
  assert.equal(await at.system.terminate("b", { reason: "Enough", restart: false }), true);
  assert.equal(at.system.info()[0]?.state, "stopped");
});

Deno.test("supervision spares an actor without pings that is busy on purpose", async () => {
  await using at = new ProbeSystem();
  await at.system.start([probeSpec("busy", { ping: null }), probeSpec("b", { ping: WATCHFUL })]);
  const spun = at.probe("busy").ask({ kind: "Spin", ms: 600 }, PATIENT);
  assert.equal(valueOf(await spun), null);
  assert.deepEqual(at.events.map(({ kind }) => kind), ["ActorReady", "ActorReady"]);
});
