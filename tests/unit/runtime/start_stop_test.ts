/** How a system of real Workers starts and ends. */
import assert from "node:assert/strict";
import {
  codeOf,
  PATIENT,
  probeSpec,
  ProbeSystem,
  valueOf,
} from "../../support/runtime_actors/probe_system.ts";

Deno.test("actor_system rejects a start with the text of what failed, and stops the rest", async () => {
  await using at = new ProbeSystem();
  const specs = [
    probeSpec("a"),
    probeSpec("b", { startAfter: ["a"], init: { failStart: "The disk is gone" } }),
  ];
  await assert.rejects(at.system.start(specs), { message: "The disk is gone" });
  const states = at.system.info().map(({ name, state }) => [name, state]);
  assert.deepEqual(states, [["a", "stopped"], ["b", "failed"]]);
});

Deno.test("actor_system rejects a start whose module does not load", async () => {
  await using at = new ProbeSystem();
  const entry = new URL("../../support/runtime_actors/broken_at_load.ts", import.meta.url);
  await assert.rejects(at.system.start([probeSpec("a", { entry })]), {
    message: "Error: Broken at load",
  });
});

Deno.test("actor_system rejects a start with rights that it does not have itself", async () => {
  const limited = new ProbeSystem({
    transport: {
      launch: () => {
        throw new Error("Can't escalate permissions");
      },
      connect: () => assert.fail("There is nobody to connect"),
      connectHere: () => assert.fail("There is nobody to connect"),
    },
  });
  await assert.rejects(limited.system.start([probeSpec("a")]), {
    message: "Can't escalate permissions",
  });
  assert.equal(limited.system.info()[0]?.state, "failed");
});

Deno.test("actor_system rejects a start that takes too long", async () => {
  await using at = new ProbeSystem();
  const slow = probeSpec("a", { startMs: 3_000, init: { hangStart: true } });
  await assert.rejects(at.system.start([slow]), { message: 'Actor "a" did not start in 3000 ms' });
});

Deno.test("actor_system rejects a spawn that fails, and the rest goes on", async () => {
  await using at = new ProbeSystem();
  await at.system.start([probeSpec("a")]);
  await assert.rejects(at.system.spawn(probeSpec("b", { init: { failStart: "No room" } })), {
    message: "No room",
  });
  await assert.rejects(at.system.spawn(probeSpec("a")), {
    message: 'Cannot start actor "a": there is one already',
  });
  assert.equal(valueOf(await at.probe("a").ask({ kind: "Echo", value: 1 }, PATIENT)), 1);
});

Deno.test("actor_system stops in the order that is asked for, the last started first otherwise", async () => {
  await using at = new ProbeSystem();
  const notes: unknown[] = [];
  at.system.serve(
    {
      receive: (message: { readonly kind: string; readonly value?: unknown }) =>
        notes.push(message.value),
    },
    { laneOf: {}, max: {} },
  );
  const names = ["store", "front", "work-1", "last"];
  await at.system.start(names.map((name, noteAtStop) => probeSpec(name, { init: { noteAtStop } })));
  await at.system.stop({ order: ["front", "work-"], deadlineMs: 20_000 });
  assert.deepEqual(notes, [1, 2, 3, 0]);
  const stopped = at.events.flatMap((event) => event.kind === "ActorStopped" ? [event.actor] : []);
  assert.deepEqual(stopped, ["front", "work-1", "last", "store"]);
});

Deno.test("actor_system stops once, however often it is asked to", async () => {
  await using at = new ProbeSystem();
  await at.system.start([probeSpec("a")]);
  await Promise.all([at.system.stop({ deadlineMs: 5_000 }), at.system.stop({ deadlineMs: 5_000 })]);
  await at.system.stop({ deadlineMs: 5_000 });
  assert.deepEqual(at.events.map(({ kind }) => kind), ["ActorReady", "ActorStopped"]);
  assert.equal(codeOf(await at.probe("a").ask({ kind: "Echo", value: 1 }, PATIENT)), "stopped");
  await assert.rejects(at.system.spawn(probeSpec("b")), {
    message: "Cannot start actors: the system is stopped",
  });
});

Deno.test("actor_system terminates who does not stop in its time", async () => {
  await using at = new ProbeSystem();
  await at.system.start([probeSpec("a", { stopMs: 50, init: { hangStop: true } })]);
  await at.system.stop({ deadlineMs: 20_000 });
  const { cause, error } = await at.event("ActorDied", "a");
  assert.deepEqual([cause, error], ["terminated", 'Actor "a" did not stop in 50 ms']);
});

Deno.test("actor_system stops while it starts, and while an actor waits for its restart", async () => {
  await using starting = new ProbeSystem();
  const start = starting.system.start([probeSpec("a", { init: { hangStart: true } })]);
  await Promise.all([assert.rejects(start), starting.system.stop({ deadlineMs: 5_000 })]);
  const policy = {
    maxRestarts: 5,
    windowMs: 1_000,
    initialBackoffMs: 60_000,
    maxBackoffMs: 60_000,
  };
  await using waiting = new ProbeSystem({ restartPolicy: policy });
  await waiting.system.start([probeSpec("b")]);
  waiting.system.injectFault("b", "throw");
  await waiting.event("ActorRestarting", "b");
  await waiting.system.stop({ deadlineMs: 5_000 });
  assert.equal(waiting.system.info()[0]?.state, "stopped");
});
