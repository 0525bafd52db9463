/** What a cluster owes its users when the database goes and comes back. */
import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { type Cluster, startCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import type { NodeProcess } from "../support/node_process.ts";
import { startPostgres } from "../support/postgres_server.ts";
import { allEnded, getTask } from "../support/task_client.ts";

const AWAY_MS = 10_000;
/** What a client may be answered that sends a task while the database comes and goes. */
const HONEST = [200, 201, 503];

/** What was sent to a node, and what became of it. */
class Sender {
  readonly accepted: string[] = [];
  readonly statuses = new Map<number, number>();
  #goesOn = true;
  readonly #sending: Promise<void>;

  constructor(node: NodeProcess, name: string) {
    this.#sending = this.#send(node, name);
  }

  async stop(): Promise<void> {
    this.#goesOn = false;
    await this.#sending;
  }

  async #send(node: NodeProcess, name: string): Promise<void> {
    for (let sent = 0; this.#goesOn; sent++) {
      const body = { id: `${name}-${sent}`, method: "sleep", args: [20] };
      const { status } = await node.fetchApi("POST", "/api/tasks", body);
      this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
      if (status === 201) this.accepted.push(body.id);
      await delay(20);
    }
  }
}

Deno.test("a cluster refuses what it can't store while the database is away, and loses nothing", async () => {
  await using server = await startPostgres();
  const { url } = await server.createDatabase();
  await using cluster = await startCluster({ databaseUrl: url, nodes: 2, args: ["--no-grpc"] });
  const senders = cluster.nodes.map(({ process }, index) => new Sender(process, `t-${index}`));
  const progress = () => senders.reduce((sum, { accepted }) => sum + accepted.length, 0);
  await eventually(() => progress() > 50, { what: "tasks are accepted", deadlineMs: 60_000 });
  await server.kill();
  await eventually(() => senders.every(({ statuses }) => (statuses.get(503) ?? 0) > 5), {
    what: "tasks are refused",
    deadlineMs: 60_000,
  });
  for (const { process } of cluster.nodes) {
    const { status } = await process.fetchApi("GET", "/readyz");
    assert.equal(status, 503);
  }
  await delay(AWAY_MS);
  await server.start();
  const back = performance.now();
  const [before, ended] = [progress(), await endedOn(cluster)];
  await eventually(async () => await endedOn(cluster) > ended && progress() > before, {
    what: "tasks are accepted and end again",
    deadlineMs: 60_000,
  });
  console.log(`went on ${((performance.now() - back) / 1_000).toFixed(1)} s after its return`);
  await Promise.all(senders.map((sender) => sender.stop()));
  await assertNothingLost(cluster, senders);
});

async function endedOn(cluster: Cluster): Promise<number> {
  const { status, body } = await cluster.node(0).process.fetchApi("GET", "/api/stats");
  return status === 200 ? body.finished?.completed ?? 0 : 0;
}

async function assertNothingLost(cluster: Cluster, senders: readonly Sender[]): Promise<void> {
  const { process } = cluster.node(0);
  await eventually(() => allEnded(process), {
    what: "every task has ended",
    deadlineMs: 120_000,
    everyMs: 200,
  });
  for (const { accepted, statuses } of senders) {
    console.log(JSON.stringify([...statuses]));
    assert.deepEqual([...statuses.keys()].filter((status) => !HONEST.includes(status)), []);
    for (const id of accepted) {
      assert.equal((await getTask(process, id)).status, "completed", id);
    }
  }
}
