import assert from "node:assert/strict";
import { unregisteredKey } from "../../../actors/domain/pool.ts";
import type { NodeNews, OthersCommitted } from "../../../actors/protocol.ts";
import type { CommitContext } from "../../../actors/scheduler/commit.ts";
import type { CommitLoop } from "../../../actors/scheduler/commit_loop.ts";
import { HeardNews } from "../../../actors/scheduler/heard_news.ts";
import { NO_NEWS } from "../../../actors/cluster/merge_news.ts";

/** What node `n-own`, which knows method `known`, makes of news. */
function heard(news: Partial<NodeNews>) {
  const seen = {
    published: [] as OthersCommitted[],
    hinted: [] as unknown[],
    queues: [] as string[],
    ended: [] as unknown[],
    relayed: [] as unknown[],
    refreshes: 0,
  };
  const memory = {
    node: "n-own",
    methods: { find: (name: string) => name === "known" ? {} : null },
  } as unknown as CommitContext;
  const loop = {
    submit: (_stage: string, _handler: unknown, { work }: { readonly work: unknown }) => {
      seen.relayed.push(work);
      return Promise.resolve(null);
    },
  } as unknown as CommitLoop;
  new HeardNews({
    memory,
    loop,
    schedules: { ended: (ended) => seen.ended.push(ended) },
    announcer: {
      hint: (work) => seen.hinted.push(...work),
      hintQueues: (queues) => seen.queues.push(...queues),
    },
    publish: (event) => seen.published.push(event),
    refresh: () => seen.refreshes++,
  }).receive({ ...NO_NEWS, ...news });
  return seen;
}

Deno.test("heard news of changes and ends go to those who follow the commits", () => {
  const { published, ended, refreshes } = heard({
    lastSeq: 7,
    ended: ["a"],
    endedWorkflows: ["w"],
  });
  assert.deepEqual(published, [{ kind: "OthersCommitted", lastSeq: 7, ended: ["a"], logged: [] }]);
  assert.deepEqual(ended, [{ tasks: ["a"], workflows: ["w"] }]);
  assert.equal(refreshes, 0);
  assert.deepEqual(heard({ ended: null }).published, [
    { kind: "OthersCommitted", lastSeq: 0, ended: null, logged: [] },
  ]);
  assert.deepEqual(heard({ logged: [4] }).published, [
    { kind: "OthersCommitted", lastSeq: 0, ended: [], logged: [4] },
  ]);
  assert.deepEqual(heard({ freed: ["q"] }).published, []);
});

Deno.test("heard news of ready work and freed queues go to the dispatcher", () => {
  const ready = [{ queue: "q", pool: "async" }];
  const { hinted, queues, refreshes } = heard({ ready, freed: ["limited"] });
  assert.deepEqual([hinted, queues, refreshes], [ready, ["limited"], 0]);
});

Deno.test("heard news of tasks that wait for their method have a node look that knows it", () => {
  const at = (method: string) => ({ ready: [{ queue: "q", pool: unregisteredKey(method) }] });
  assert.deepEqual([heard(at("known")).refreshes, heard(at("known")).hinted], [1, []]);
  assert.deepEqual([heard(at("other")).refreshes, heard(at("other")).hinted], [0, []]);
});

Deno.test("heard news of cancels are passed on where the runs are", () => {
  const runs = [{ num: 4, run: 2 }];
  const cancels = [{ node: "n-own", runs }, { node: "n-other", runs: [{ num: 5, run: 1 }] }];
  assert.deepEqual(heard({ cancels }).relayed, [runs]);
});

Deno.test("heard news that say too little have everything looked at", () => {
  assert.equal(heard({ refresh: true }).refreshes, 1);
});
