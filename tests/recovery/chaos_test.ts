import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { injectFault } from "../support/actor_faults.ts";
import { eventually } from "../support/eventually.ts";
import { startNode } from "../support/node_process.ts";
import { announceSeed, seededRandom } from "../support/random.ts";
import { SteadyLoad } from "../support/steady_load.ts";
import { getTask } from "../support/task_client.ts";

/** More for a longer run. */
const FAULTS = Number(Deno.env.get("DTASK_TEST_FAULTS") ?? 10);
const ACTORS = ["scheduler", "dispatcher", "reader", "executor-1", "executor-2", "executor-3"];
const ALL_END_MS = 60_000;

Deno.test("chaos of faults that meet each other loses nothing and leaves nothing behind", async () => {
  const random = seededRandom(announceSeed("chaos"));
  await using node = await startNode({
    args: ["--no-grpc", "--executors", "2"],
    env: { DTASK_ENABLE_FAULTS: "1" },
  });
  const draw = deckOf(ACTORS, random);
  const load = new SteadyLoad(node, { prefix: "chaos", lanes: 8 });
  for (let count = 0; count < FAULTS; count++) {
    // Some faults come while the one before is still being recovered from.
    await delay(200 + random() * 2_000);
    const actor = draw();
    const fault = random() < 0.6 ? "throw" : "close";
    console.log(`${actor}: ${fault}`);
    await injectFault(node, actor, fault);
  }
  const accepted = await load.stop();
  await eventually(async () => {
    const { status, body } = await node.fetchApi("GET", "/api/stats");
    const counts: Record<string, number> = status === 200 ? body.queues[0]?.counts ?? {} : {};
    return counts["completed"] === accepted.length;
  }, { what: "every accepted task has completed", deadlineMs: ALL_END_MS });
  for (const id of accepted.filter((_, index) => index % 50 === 0)) {
    assert.equal((await getTask(node, id)).status, "completed");
  }
  console.log(`${accepted.length} tasks accepted and completed under ${FAULTS} faults`);
});

/**
 * Draws each once in random order, then all anew: by chance alone one actor could fail so often that
 * the node rightly gives up.
 */
function deckOf(actors: readonly string[], random: () => number): () => string {
  let deck: string[] = [];
  return () => {
    if (deck.length === 0) deck = [...actors];
    const [actor] = deck.splice(Math.floor(random() * deck.length), 1);
    assert.ok(actor !== undefined);
    return actor;
  };
}
