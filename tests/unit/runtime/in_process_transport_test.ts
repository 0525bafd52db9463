import assert from "node:assert/strict";
import {
  type ActorContext,
  ActorSystem,
  type ChildSpec,
  InProcessTransport,
  type Protocol,
} from "../../../actors/runtime/mod.ts";

interface EchoProtocol extends Protocol {
  readonly message:
    | { readonly kind: "Echo"; readonly value: unknown }
    | { readonly kind: "Forward"; readonly value: unknown };
  readonly replies: { readonly Echo: unknown; readonly Forward: unknown };
}

const ENTRY = new URL("file:///echo.ts");
const DEADLINE = { deadlineMs: 60_000 };
const LANES = { laneOf: {}, max: {} };

/** Answers what it gets, by itself or through its peer. */
function echo(_: unknown, context: ActorContext) {
  const receive = async ({ kind, value }: EchoProtocol["message"]) => {
    if (kind === "Echo") return { from: context.name, value };
    const answer = await context.ref<EchoProtocol>("b").ask({ kind: "Echo", value }, DEADLINE);
    return answer.ok ? answer.value : answer.error.code;
  };
  return { behaviour: { receive } };
}

function spec(name: string, links: readonly string[]): ChildSpec {
  return {
    name,
    entry: ENTRY,
    permissions: "none",
    init: () => null,
    links,
    ping: null,
    startMs: 60_000,
    stopMs: 60_000,
    restart: "permanent",
  };
}

async function withSystem(use: (system: ActorSystem, activity: () => number) => Promise<void>) {
  let activity = 0;
  const transport = new InProcessTransport({
    entries: new Map([[ENTRY.href, { factory: echo, lanes: LANES }]]),
    onActivity: () => activity++,
  });
  const system = new ActorSystem({ transport, onEvent: () => {} });
  try {
    await use(system, () => activity);
  } finally {
    await system.stop({ deadlineMs: 60_000 });
  }
}

Deno.test("in-process transport carries copies between actors of one isolate", () =>
  withSystem(async (system, activity) => {
    await system.start([spec("a", ["b"]), spec("b", [])]);
    const value = { deep: [1n, new Uint8Array([2])] };
    const answer = await system.ref<EchoProtocol>("a").ask({ kind: "Forward", value }, DEADLINE);
    assert.ok(answer.ok);
    assert.deepEqual(answer.value, { from: "b", value });
    assert.notEqual((answer.value as { value: unknown }).value, value);
    assert.ok(activity() > 0);
  }));

Deno.test("in-process transport keeps order, and refuses what cannot be copied", () =>
  withSystem(async (system) => {
    await system.start([spec("a", [])]);
    const ref = system.ref<EchoProtocol>("a");
    const asks = Array.from(
      { length: 50 },
      (_, value) => ref.ask({ kind: "Echo", value }, DEADLINE),
    );
    const answers = await Promise.all(asks);
    assert.deepEqual(
      answers.map((answer) => answer.ok && (answer.value as { value: number }).value),
      Array.from({ length: 50 }, (_, value) => value),
    );
    const bad = await ref.ask({ kind: "Echo", value: () => {} }, DEADLINE);
    assert.ok(!bad.ok);
    assert.ok((await ref.ask({ kind: "Echo", value: 1 }, DEADLINE)).ok);
  }));

Deno.test("in-process transport restarts an actor, and lets nothing of the former one arrive", () =>
  withSystem(async (system) => {
    await system.start([spec("a", ["b"]), spec("b", [])]);
    await system.terminate("b", { reason: "test", restart: true });
    const answer = await system.ref<EchoProtocol>("a").ask({ kind: "Forward", value: 1 }, DEADLINE);
    assert.deepEqual(answer, { ok: true, value: { from: "b", value: 1 } });
  }));

Deno.test("in-process transport knows only the entries that it was given", () =>
  withSystem(async (system) => {
    const unknown = { ...spec("a", []), entry: new URL("file:///other.ts") };
    await assert.rejects(system.start([unknown]), /no entry for file:\/\/\/other.ts/);
  }));
