import assert from "node:assert/strict";
import type { Behaviour, LaneOptions, Protocol } from "../../../actors/runtime/mod.ts";
import { ActorCell } from "../../../actors/runtime/actor_cell.ts";
import type { TroubleReport } from "../../../actors/runtime/transport.ts";
import { ManualConnection, turn } from "../../support/runtime_actors/manual_connection.ts";
import { codeOf, valueOf } from "../../support/runtime_actors/probe_system.ts";

interface AnyProtocol {
  readonly message: { readonly kind: string; readonly value?: unknown };
  readonly replies: Readonly<Record<string, unknown>>;
}

const LANES: LaneOptions = {
  laneOf: { Submit: "submissions", Read: "reads" },
  max: { submissions: 3, reads: 3 },
};
const LONG = { deadlineMs: 10_000 };

interface Bench extends Disposable {
  readonly cell: ActorCell;
  readonly connection: ManualConnection;
  readonly reports: TroubleReport[];
  readonly ask: (kind: string, deadlineMs?: number) => Promise<
    { ok: true; value: unknown } | { ok: false; error: { code: string; message: string } }
  >;
}

function bench(receive: Behaviour<Protocol>["receive"] = () => undefined): Bench {
  const reports: TroubleReport[] = [];
  const cell = new ActorCell({ lanes: LANES, onTrouble: (report) => reports.push(report) });
  const connection = new ManualConnection();
  cell.open({ receive });
  cell.connect({ name: "peer", incarnation: "1", lanes: LANES }, connection);
  return {
    cell,
    connection,
    reports,
    ask: (kind, deadlineMs = LONG.deadlineMs) =>
      cell.ref<AnyProtocol>("peer").ask({ kind }, { deadlineMs }),
    [Symbol.dispose]: () => cell.close(),
  };
}

const reply = (id: number) => ({ kind: "reply", id, value: id }) as const;
const tell = (kind: string, value: number) => ({ kind: "tell", message: { kind, value } }) as const;

Deno.test("actor_cell sends in one hop what one turn of the event loop asks", async () => {
  using at = bench();
  const asked = Promise.all(Array.from({ length: 500 }, () => at.ask("Echo")));
  await turn();
  assert.deepEqual(at.connection.hops.map(({ requests }) => requests.length), [500]);
  await at.connection.arrive({
    replies: Array.from({ length: 500 }, (_, index) => reply(index + 1)),
  });
  assert.equal((await asked).filter(({ ok }) => ok).length, 500);
});

Deno.test("actor_cell collects while a hop is under way", async () => {
  using at = bench();
  const peer = at.cell.ref<AnyProtocol>("peer");
  for (let value = 0; value < 100; value++) {
    peer.tell({ kind: "Note", value });
    await turn();
  }
  assert.equal(at.connection.hops.length, 1);
  await at.connection.acknowledge();
  assert.deepEqual(at.connection.hops.map(({ requests }) => requests.length), [1, 99]);
});

Deno.test("actor_cell bounds what waits for a peer, lane by lane", async () => {
  using at = bench();
  const peer = at.cell.ref<AnyProtocol>("peer");
  peer.tell({ kind: "Note" });
  await turn();
  assert.deepEqual([1, 2, 3, 4].map(() => peer.tell({ kind: "Read" })), [true, true, true, false]);
  assert.equal(codeOf(await at.ask("Read")), "overloaded");
  assert.equal(peer.tell({ kind: "Submit" }), true);
});

Deno.test("actor_cell sends the most urgent lane first and keeps order inside a lane", async () => {
  using at = bench();
  const peer = at.cell.ref<AnyProtocol>("peer");
  for (const kind of ["Read", "Submit", "Note"]) {
    for (const value of [1, 2]) peer.tell({ kind, value });
  }
  await turn();
  const sent = at.connection.hops[0]?.requests.map(({ message }) => message.kind);
  assert.deepEqual(sent, ["Note", "Note", "Submit", "Submit", "Read", "Read"]);
});

Deno.test("actor_cell receives a hop in lane order, first in first out inside a lane", async () => {
  const received: unknown[] = [];
  using at = bench((message) => received.push(message));
  await at.connection.arrive({
    requests: [
      tell("Read", 1),
      tell("Submit", 1),
      tell("Note", 1),
      tell("Read", 2),
      tell("Note", 2),
    ],
  });
  assert.deepEqual(received, [
    { kind: "Note", value: 1 },
    { kind: "Note", value: 2 },
    { kind: "Submit", value: 1 },
    { kind: "Read", value: 1 },
    { kind: "Read", value: 2 },
  ]);
});

Deno.test("actor_cell lets who awaits a reply go on before it receives what came with it", async () => {
  const seen: string[] = [];
  using at = bench(() => seen.push("request"));
  const asked = (async () => {
    await at.ask("Echo");
    await Promise.resolve();
    seen.push("reply");
  })();
  await turn();
  await at.connection.arrive({ replies: [reply(1)], requests: [tell("Note", 1)] });
  await asked;
  assert.deepEqual(seen, ["reply", "request"]);
});

Deno.test("actor_cell refuses asks over a lane's bound and drops and reports tells", async () => {
  const held: (() => void)[] = [];
  using at = bench(() => new Promise<void>((resolve) => held.push(resolve)));
  await at.connection.arrive({
    requests: [
      ...[1, 2, 3, 4, 5].map((id) => tell("Submit", id)),
      { kind: "ask", id: 9, message: { kind: "Submit" } },
      tell("Note", 1),
    ],
  });
  assert.equal(held.length, 4);
  assert.deepEqual(at.cell.depths(), { control: 1, outcomes: 0, submissions: 3, reads: 0 });
  const [hop] = at.connection.hops;
  assert.deepEqual(hop?.replies.map((one) => one.kind === "refusal" ? one.error.code : one.kind), [
    "overloaded",
  ]);
  assert.deepEqual(at.reports, [{ dropped: [{ lane: "submissions", count: 2 }], failures: null }]);
  held.forEach((release) => release());
  await turn();
  assert.equal(at.cell.depths()["submissions"], 0);
});

Deno.test("actor_cell fails what is in flight when the peer dies and keeps what is not sent", async () => {
  using at = bench();
  const inFlight = at.ask("Echo");
  await turn();
  const waiting = at.ask("Echo");
  at.cell.disconnect("peer", false);
  assert.equal(codeOf(await inFlight), "died");
  const next = new ManualConnection();
  at.cell.connect({ name: "peer", incarnation: "2", lanes: LANES }, next);
  await turn();
  assert.deepEqual(next.hops.map(({ requests }) => requests.length), [1]);
  await next.arrive({ replies: [reply(2)] });
  assert.equal(valueOf(await waiting), 2);
});

Deno.test("actor_cell delivers nothing from a peer that was disconnected", async () => {
  const received: unknown[] = [];
  using at = bench((message) => received.push(message));
  at.cell.disconnect("peer", false);
  await at.connection.arrive({ requests: [tell("Note", 1)] });
  assert.deepEqual(received, []);
  assert.equal(at.connection.closed, true);
});

Deno.test("actor_cell does not answer a dead incarnation's ask to the next one", async () => {
  const { promise: result, resolve } = Promise.withResolvers<number>();
  using at = bench(() => result);
  await at.connection.arrive({ requests: [{ kind: "ask", id: 1, message: { kind: "Echo" } }] });
  const next = new ManualConnection();
  at.cell.connect({ name: "peer", incarnation: "2", lanes: LANES }, next);
  resolve(1);
  await turn();
  assert.deepEqual(next.hops, []);
});

Deno.test("actor_cell refuses what waits, and all that follows, once the peer is gone", async () => {
  using at = bench();
  at.cell.disconnect("peer", false);
  const waiting = at.ask("Echo");
  at.cell.disconnect("peer", true);
  assert.equal(codeOf(await waiting), "stopped");
  assert.equal(codeOf(await at.ask("Echo")), "stopped");
  assert.equal(at.cell.ref<AnyProtocol>("peer").tell({ kind: "Note" }), false);
});

Deno.test("actor_cell ends an ask at its deadline and does not send it any more", async () => {
  using at = bench();
  at.cell.disconnect("peer", false);
  assert.equal(codeOf(await at.ask("Echo", 1)), "timeout");
  const next = new ManualConnection();
  at.cell.connect({ name: "peer", incarnation: "2", lanes: LANES }, next);
  await turn();
  assert.deepEqual(next.hops, []);
});

Deno.test("actor_cell answers alone for what can't be encoded", async () => {
  using at = bench();
  const peer = at.cell.ref<AnyProtocol>("peer");
  const echo: string = "Echo";
  const bad = peer.ask({ kind: echo, value: () => 1 }, LONG);
  const good = at.ask("Echo");
  assert.equal(codeOf(await bad), "threw");
  await turn();
  assert.deepEqual(at.connection.hops.map(({ requests }) => requests.length), [1]);
  await at.connection.arrive({ replies: [reply(2)] });
  assert.equal(valueOf(await good), 2);
});

Deno.test("actor_cell holds what comes before its behaviour, which first hears of its peers", async () => {
  const cell = new ActorCell({ lanes: LANES, onTrouble: () => {} });
  const connection = new ManualConnection();
  cell.connect({ name: "peer", incarnation: "1", lanes: LANES }, connection);
  await connection.arrive({ requests: [tell("Note", 1)] });
  assert.equal(cell.depths()["control"], 1);
  const seen: unknown[] = [];
  cell.open({
    receive: (message) => seen.push(message.kind),
    onPeer: ({ state }) => seen.push(state),
  });
  assert.deepEqual(seen, ["up", "Note"]);
  cell.close();
});

Deno.test("actor_cell refuses a reference to who is not linked", () => {
  using at = bench();
  assert.throws(() => at.cell.ref("stranger"), {
    message: 'Cannot reach actor "stranger": it is not linked',
  });
});
