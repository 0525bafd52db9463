/** Membership and leadership, as a real database keeps them. */
import assert from "node:assert/strict";
import { openPostgresCluster, openPostgresStore } from "../../actors/storage/postgres/mod.ts";
import { type Store, StoreFencedError } from "../../actors/storage/port.ts";
import {
  type ClusterStore,
  NotLeaderError,
  type Renewed,
  type ReportVersion,
} from "../../actors/storage/port/cluster.ts";
import { MAX_NODES } from "../../actors/domain/lease.ts";
import { type PostgresServer, startPostgres } from "../support/postgres_server.ts";

const server: PostgresServer = await startPostgres({ fsync: false });
Deno.test.afterAll(() => server.stop());

/** However busy the machine is, no call gives up before the others had their turn. */
const PATIENT = { lockMs: 60_000, statementMs: 60_000, idleMs: 60_000, answerMs: 60_000 };

/** A database with its schema, and membership on as many connections as nodes are asked for. */
class ClusterScene implements AsyncDisposable {
  readonly url: string;
  readonly #database: string;
  readonly #open = new Map<string, ClusterStore>();

  private constructor({ url, name }: { readonly url: string; readonly name: string }) {
    this.url = url;
    this.#database = name;
  }

  static async make(...nodes: readonly string[]): Promise<ClusterScene> {
    const database = await server.createDatabase();
    await (await openPostgresStore(database)).close();
    const scene = new ClusterScene(database);
    for (const node of nodes) await scene.join(node);
    return scene;
  }

  /** The connection of a node. */
  of(node: string): ClusterStore {
    const store = this.#open.get(node) ??
      openPostgresCluster({ url: this.url, deadlines: PATIENT });
    this.#open.set(node, store);
    return store;
  }

  async join(node: string): Promise<number> {
    const member = { id: node, version: "1.0.0", definitions: [] };
    return (await this.of(node).join(member)).slot;
  }

  /** The connection with which a node writes. */
  writer(node: string): Promise<Store> {
    return openPostgresStore({ url: this.url, node, deadlines: PATIENT });
  }

  renew(node: string): Promise<Renewed> {
    const load = { slots: 4, held: 1 };
    return this.of(node).renew({ node, address: { http: `http://${node}`, grpc: null }, load });
  }

  async query(statement: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
    return await server.query(statement, { database: this.#database });
  }

  /** Makes a node look as if it had last renewed, and been marked, so long ago. */
  async age(node: string, ms: number): Promise<void> {
    await this.query(
      `UPDATE nodes SET renewed_at = renewed_at - ${ms}, marked_at = marked_at - ${ms}
      WHERE id = '${node}'`,
    );
  }

  /** Lets the leader's lease run out. */
  async expire(): Promise<void> {
    await this.query("UPDATE leadership SET until = 0");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const store of this.#open.values()) await store.close();
  }
}

Deno.test("membership gives every node a slot of its own, the lowest that is free", async () => {
  await using scene = await ClusterScene.make();
  assert.deepEqual([await scene.join("a"), await scene.join("b"), await scene.join("c")], [
    0,
    1,
    2,
  ]);
  assert.equal(await scene.join("b"), 1, "who did not hear of it asks again");
  await scene.of("a").leave("a");
  assert.deepEqual([await scene.join("d"), await scene.join("e")], [0, 3]);
});

Deno.test("membership takes nodes that join at once, up to its limit", async () => {
  await using scene = await ClusterScene.make();
  const nodes = Array.from({ length: MAX_NODES }, (_, index) => `n-${index}`);
  // On a few connections: PostgreSQL would not give one to each.
  const slots = await Promise.all(
    nodes.map((id, index) =>
      scene.of(`connection ${index % 8}`).join({ id, version: "1.0.0", definitions: [] })
    ),
  );
  assert.equal(new Set(slots.map(({ slot }) => slot)).size, MAX_NODES);
  await assert.rejects(scene.join("one more"), /has 64 nodes already, the most there can be/);
});

Deno.test("membership shows every node what the others said of themselves", async () => {
  await using scene = await ClusterScene.make("a", "b");
  await scene.renew("a");
  const { state, members } = await scene.renew("b");
  assert.equal(state, "active");
  const seen = members.map(({ id, state, address, load }) => [id, state, address.http, load.held]);
  assert.deepEqual(seen.toSorted(), [["a", "active", "http://a", 1], [
    "b",
    "active",
    "http://b",
    1,
  ]]);
  assert.equal((await scene.renew("nobody")).state, null);
});

Deno.test("membership tells each report once, in its latest version, until the node is forgotten", async () => {
  await using scene = await ClusterScene.make("a", "b");
  const idle = { address: { http: null, grpc: null }, load: { slots: 4, held: 0 } };
  const seen = async (knownReports: readonly ReportVersion[] = []) => {
    const { members } = await scene.of("a").renew({ node: "a", ...idle, knownReports });
    return members.filter(({ id }) => id === "b").map((one) => [one.reportRevision, one.report])[0];
  };
  const say = (report: string | null) => scene.of("b").renew({ node: "b", ...idle, report });
  await say(null);
  assert.deepEqual(await seen(), [0, null]);
  await say("one");
  assert.deepEqual(await seen([{ node: "b", revision: 0 }]), [1, "one"]);
  await say(null);
  assert.deepEqual(await seen([{ node: "b", revision: 1 }, { node: "a", revision: 0 }]), [1, null]);
  await say("two");
  assert.deepEqual(await seen([{ node: "b", revision: 1 }]), [2, "two"]);
  await scene.of("b").leave("b");
  await say("three");
  assert.deepEqual(await seen(), [2, "two"], "who has left says nothing more");
  await scene.age("b", 3_600_001);
  await scene.query("UPDATE nodes SET reclaimed = true WHERE id = 'b'");
  const { leadership: { term } } = await scene.renew("a");
  await scene.of("a").sweep({ node: "a", term });
  assert.deepEqual(await scene.query("SELECT node FROM node_reports"), []);
});

Deno.test("membership has one leader, and a new term for each change of it", async () => {
  await using scene = await ClusterScene.make("a", "b");
  const leads = async (node: string) => {
    const { leadership: { term, node: leader } } = await scene.renew(node);
    return [term, leader];
  };
  assert.deepEqual(await leads("a"), [1, "a"]);
  assert.deepEqual(await leads("b"), [1, "a"]);
  await scene.expire();
  assert.deepEqual(await leads("b"), [2, "b"]);
  await scene.expire();
  assert.deepEqual(await leads("b"), [3, "b"], "its own lease ran out: others may have seen it");
  await scene.of("b").leave("b");
  assert.deepEqual(await leads("a"), [4, "a"], "at once");
});

Deno.test("membership loses a silent node at the second sweep, and takes no renewal of it then", async () => {
  await using scene = await ClusterScene.make("a", "b");
  const { leadership: { term } } = await scene.renew("a");
  const sweep = () => scene.of("a").sweep({ node: "a", term });
  assert.deepEqual(await sweep(), { suspect: [], lost: [] });
  await scene.age("b", 26_000);
  assert.deepEqual(await sweep(), { suspect: ["b"], lost: [] });
  await scene.age("b", 3_000);
  assert.deepEqual(await sweep(), { suspect: [], lost: ["b"] });
  assert.equal((await scene.renew("b")).state, "lost");
  await assert.rejects(scene.join("b"), StoreFencedError);
});

Deno.test("membership forgives a suspect that renews", async () => {
  await using scene = await ClusterScene.make("a", "b");
  const { leadership: { term } } = await scene.renew("a");
  await scene.age("b", 26_000);
  await scene.of("a").sweep({ node: "a", term });
  assert.equal((await scene.renew("b")).state, "active");
  await scene.age("b", 3_000);
  assert.deepEqual(await scene.of("a").sweep({ node: "a", term }), { suspect: [], lost: [] });
});

Deno.test("membership lets nobody but the leader of the term sweep", async () => {
  await using scene = await ClusterScene.make("a", "b");
  await scene.renew("a");
  await assert.rejects(scene.of("b").sweep({ node: "b", term: 1 }), NotLeaderError);
  await assert.rejects(scene.of("a").sweep({ node: "a", term: 2 }), NotLeaderError);
  await scene.expire();
  await assert.rejects(scene.of("a").sweep({ node: "a", term: 1 }), NotLeaderError);
});

Deno.test("membership forgets nodes that went long ago, once nothing is left of their runs", async () => {
  await using scene = await ClusterScene.make("a", "b", "c");
  const { leadership: { term } } = await scene.renew("a");
  for (const node of ["b", "c"]) {
    await scene.of(node).leave(node);
    await scene.age(node, 3_600_001);
  }
  const store = await scene.writer("a");
  assert.deepEqual(await store.write((tx) => tx.nodesToReclaim(10)), ["b", "c"]);
  await store.write((tx) => tx.markReclaimed("b"));
  await store.close();
  await scene.of("a").sweep({ node: "a", term });
  const { members } = await scene.renew("a");
  assert.deepEqual(members.map(({ id }) => id).toSorted(), ["a", "c"]);
});

Deno.test("membership elects one of many that ask at the same moment", async () => {
  const nodes = ["a", "b", "c", "d", "e", "f"];
  await using scene = await ClusterScene.make(...nodes);
  for (let term = 1; term <= 20; term++) {
    const seen = await Promise.all(nodes.map((node) => scene.renew(node)));
    const leaders = new Set(seen.map(({ leadership }) => `${leadership.term} ${leadership.node}`));
    // Who was answered before the election still saw the term before.
    const [newest] = [...leaders].filter((leader) => leader.startsWith(`${term} `));
    assert.equal([...leaders].filter((leader) => leader.startsWith(`${term} `)).length, 1);
    const { leadership } = await scene.renew("a");
    assert.equal(`${leadership.term} ${leadership.node}`, newest);
    await scene.expire();
  }
});

Deno.test("membership takes leadership over only once nothing is being written under it", async () => {
  await using scene = await ClusterScene.make("a", "b");
  const { leadership: { term } } = await scene.renew("a");
  const store = await scene.writer("a");
  const order: string[] = [];
  let taking: Promise<Renewed> | null = null;
  await store.write(async (tx) => {
    await tx.assertLeading({ node: "a", term });
    await scene.expire();
    taking = scene.renew("b").finally(() => order.push("taken"));
    // It waits for this very transaction, which the server knows.
    await untilBlocked(scene);
    order.push("written");
  });
  const taken: Renewed = await (taking ?? scene.renew("b"));
  assert.deepEqual(order, ["written", "taken"]);
  assert.deepEqual([taken.leadership.term, taken.leadership.node], [term + 1, "b"]);
  await assert.rejects(store.write((tx) => tx.assertLeading({ node: "a", term })), NotLeaderError);
  await store.close();
});

Deno.test("membership loses a node only once nothing is being written by it, and nothing is after", async () => {
  await using scene = await ClusterScene.make("a", "b");
  const { leadership: { term } } = await scene.renew("a");
  await scene.age("b", 26_000);
  await scene.of("a").sweep({ node: "a", term });
  await scene.age("b", 3_000);
  const store = await scene.writer("b");
  const order: string[] = [];
  let sweeping: Promise<unknown> | null = null;
  await store.write(async () => {
    sweeping = scene.of("a").sweep({ node: "a", term }).finally(() => order.push("lost"));
    await untilBlocked(scene);
    order.push("written");
  });
  assert.deepEqual(await sweeping, { suspect: [], lost: ["b"] });
  assert.deepEqual(order, ["written", "lost"]);
  await assert.rejects(store.write(() => Promise.resolve()), StoreFencedError);
  await store.close();
});

Deno.test("membership lets writes of an old term never follow those of a newer one", async () => {
  const nodes = ["a", "b", "c"];
  await using scene = await ClusterScene.make(...nodes);
  await scene.query("CREATE TABLE writes (id serial PRIMARY KEY, term integer NOT NULL)");
  await scene.query("GRANT ALL ON writes, writes_id_seq TO PUBLIC");
  let left = 60;
  const work = async (node: string) => {
    const store = await scene.writer(node);
    let term = 0;
    while (left > 0) {
      const { leadership } = await scene.renew(node);
      if (leadership.node === node) term = leadership.term;
      // It goes on believing in the last term that it had, however old that is.
      if (term > 0) await writeAs(store, { node, term }, scene);
    }
    await store.close();
  };
  const disturb = async () => {
    for (; left > 0; left--) await scene.expire();
  };
  await Promise.all([...nodes.map(work), disturb()]);
  const rows = await scene.query("SELECT term FROM writes ORDER BY id");
  const terms = rows.map(({ term }) => Number(term));
  assert.deepEqual(terms, terms.toSorted((a, b) => a - b));
  assert.ok(new Set(terms).size > 1, "the leader changed meanwhile");
});

/** Notes the claim's term in a transaction, if the claim is good. */
async function writeAs(
  store: Store,
  claim: { readonly node: string; readonly term: number },
  scene: ClusterScene,
): Promise<void> {
  try {
    await store.write(async (tx) => {
      await tx.assertLeading(claim);
      // On another connection, while this transaction holds its claim.
      await scene.query(`INSERT INTO writes (term) VALUES (${claim.term})`);
    });
  } catch (error) {
    if (!(error instanceof NotLeaderError)) throw error;
  }
}

/** Waits until a session of the test's database waits for a lock. */
async function untilBlocked(scene: ClusterScene): Promise<void> {
  for (;;) {
    const [row] = await scene.query(
      `SELECT count(*) AS blocked FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    if (Number(row?.["blocked"]) > 0) return;
  }
}
