/** How real Workers reach each other. */
import assert from "node:assert/strict";
import type { ProbeMessage } from "../../support/runtime_actors/probe_protocol.ts";
import {
  codeOf,
  PATIENT,
  probeSpec,
  ProbeSystem,
  valueOf,
} from "../../support/runtime_actors/probe_system.ts";

Deno.test("actor_system lets linked actors reach each other, both ways", async () => {
  await using at = new ProbeSystem();
  await at.system.start([probeSpec("a", { links: ["b"] }), probeSpec("b"), probeSpec("c")]);
  const ask = async (from: string, peer: string) =>
    valueOf(await at.probe(from).ask({ kind: "AskPeer", peer, deadlineMs: 20_000 }, PATIENT));
  assert.equal(await ask("a", "b"), "hello");
  assert.equal(await ask("b", "a"), "hello");
  assert.equal(
    codeOf(await at.probe("a").ask({ kind: "AskPeer", peer: "c", deadlineMs: 1 }, PATIENT)),
    "threw",
  );
});

Deno.test("actor_system gives structured data across as it is", async () => {
  await using at = new ProbeSystem();
  await at.system.start([probeSpec("a")]);
  const value = {
    at: new Date(0),
    big: 2n ** 63n,
    bytes: new Uint8Array([1, 2]),
    map: new Map([[1, null]]),
  };
  assert.deepEqual(valueOf(await at.probe("a").ask({ kind: "Echo", value }, PATIENT)), value);
});

Deno.test("actor_system keeps the order of a connection", async () => {
  await using at = new ProbeSystem();
  await at.system.start([probeSpec("a", { links: ["b"] }), probeSpec("b")]);
  // All three together are within the lane's bound, should the peer take none of them meanwhile.
  const flood: ProbeMessage = { kind: "Flood", peer: "b", count: 150, message: "Note" };
  for (let round = 0; round < 3; round++) await at.probe("a").ask(flood, PATIENT);
  await at.probe("a").ask({ kind: "AskPeer", peer: "b", deadlineMs: 20_000 }, PATIENT);
  const notes = valueOf(await at.probe("b").ask({ kind: "GetNotes" }, PATIENT));
  const once = Array.from({ length: 150 }, (_, index) => index);
  assert.deepEqual(notes, [...once, ...once, ...once]);
});

Deno.test("actor_system answers a throw in receive with threw, and the actor lives on", async () => {
  await using at = new ProbeSystem();
  await at.system.start([probeSpec("a")]);
  const result = await at.probe("a").ask({ kind: "Throw", text: "Bad luck" }, PATIENT);
  assert.deepEqual(result, { ok: false, error: { code: "threw", message: "Bad luck" } });
  const { error, count } = await at.event("ReceiveFailed", "a");
  assert.match(error, /^RangeError: Bad luck\n/);
  assert.equal(count, 1);
  assert.equal(valueOf(await at.probe("a").ask({ kind: "Echo", value: 1 }, PATIENT)), 1);
});

Deno.test("actor_system answers for a reply that can't be encoded", async () => {
  await using at = new ProbeSystem();
  await at.system.start([probeSpec("a")]);
  const results = await Promise.all([
    at.probe("a").ask({ kind: "AnswerFunction" }, PATIENT),
    at.probe("a").ask({ kind: "Echo", value: 1 }, PATIENT),
  ]);
  assert.equal(codeOf(results[0]), "threw");
  assert.equal(valueOf(results[1]), 1);
});

Deno.test("actor_system ends an ask at its deadline while the actor is busy", async () => {
  await using at = new ProbeSystem();
  await at.system.start([probeSpec("a")]);
  const held = await at.probe("a").ask({ kind: "Hold", value: 1 }, { deadlineMs: 30 });
  assert.equal(codeOf(held), "timeout");
  assert.equal(valueOf(await at.probe("a").ask({ kind: "Echo", value: 2 }, PATIENT)), 2);
});

Deno.test("actor_system bounds a flood, and the flooded actor's control lane is still served", async () => {
  await using at = new ProbeSystem();
  await at.system.start([probeSpec("a", { links: ["b"] }), probeSpec("b")]);
  const flood = at.probe("a").ask(
    { kind: "Flood", peer: "b", count: 1_000, message: "Hold" },
    PATIENT,
  );
  // Once this has passed from a to b, all that a could send before it is there.
  await at.probe("a").ask({ kind: "AskPeer", peer: "b", deadlineMs: 20_000 }, PATIENT);
  assert.equal(codeOf(await at.probe("b").ask({ kind: "Hold", value: 0 }, PATIENT)), "overloaded");
  assert.equal(valueOf(await at.probe("b").ask({ kind: "Echo", value: 1 }, PATIENT)), 1);
  at.probe("b").tell({ kind: "Release" });
  assert.deepEqual(valueOf(await flood), { ok: 50, overloaded: 950 });
});

Deno.test("actor_system reports told messages that a full lane dropped", async () => {
  await using at = new ProbeSystem();
  await at.system.start([probeSpec("a")]);
  const a = at.probe("a");
  for (let round = 0; round < 2; round++) {
    for (let value = 0; value < 40; value++) assert.ok(a.tell({ kind: "Hold", value }));
    await a.ask({ kind: "Echo", value: 0 }, PATIENT);
  }
  assert.deepEqual(await at.event("MessagesDropped", "a"), {
    kind: "MessagesDropped",
    actor: "a",
    lane: "submissions",
    count: 30,
  });
});

Deno.test("actor_system serves the supervisor as one more actor", async () => {
  await using at = new ProbeSystem();
  at.system.serve({ receive: (_message, sender) => `hello ${sender.name}` }, {
    laneOf: {},
    max: {},
  });
  await at.system.start([probeSpec("a")]);
  const ask = { kind: "AskPeer", peer: "supervisor", deadlineMs: 20_000 } as const;
  assert.equal(valueOf(await at.probe("a").ask(ask, PATIENT)), "hello a");
  assert.throws(() => at.system.serve({ receive: () => null }, { laneOf: {}, max: {} }));
});

Deno.test("actor_system lets a factory ask a peer, and tells what it is ready with", async () => {
  await using at = new ProbeSystem();
  await at.system.start([
    probeSpec("b", { links: ["a"], startAfter: ["a"], init: { askAtStart: "a" } }),
    probeSpec("a"),
  ]);
  assert.deepEqual(at.system.readyData("b"), { ok: true, value: "from the start" });
  assert.deepEqual(at.events.map(({ kind, actor }) => `${kind} ${actor}`), [
    "ActorReady a",
    "ActorReady b",
  ]);
});

Deno.test("actor_system connects an actor that is spawned later with those that are there", async () => {
  await using at = new ProbeSystem();
  await at.system.start([probeSpec("a", { links: ["late"] })]);
  const early = at.probe("a").ask({ kind: "AskPeer", peer: "late", deadlineMs: 20_000 }, PATIENT);
  assert.equal(await at.system.spawn(probeSpec("late")), "late");
  assert.equal(valueOf(await early), "hello");
  const seen = valueOf(await at.probe("a").ask({ kind: "GetPeerEvents" }, PATIENT));
  assert.deepEqual(seen, [{ peer: "supervisor", state: "up" }, { peer: "late", state: "up" }]);
});
