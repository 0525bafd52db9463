/**
 * A walk through the client library that runs wherever the library does: it uses what Deno, Node and
 * browsers have in common, and is handed the library as it was built for the place.
 */
import type * as Library from "../../api/client/mod.ts";

export interface WalkOptions {
  readonly library: typeof Library;
  readonly url: string;
  readonly token: string;
  /** Sets the ids of this place apart from those of others. */
  readonly place: string;
}

/** What the walk has seen, as JSON: `EXPECTED` where all is well. */
export async function walk({ library, url, token, place }: WalkOptions): Promise<unknown> {
  const client = new library.Client({ url, token: () => Promise.resolve(token) });
  return {
    values: await values(client),
    repeated: await repeated(client, `${place}-again`),
    watched: await watched(client),
    failed: await failed(library, client),
    aborted: await aborted(client),
    workflow: await workflow(library, client),
    broken: await broken(library, client),
  };
}

/** The same everywhere. */
export const EXPECTED = {
  values: [3, "9007199254740993", "grüß,x", [1, 2], 4],
  repeated: [true, 3],
  watched: { rising: true, last: "completed" },
  failed: ["TaskOutcomeError", "failed", "non_retryable", "on purpose"],
  aborted: ["TimeoutError", "TimeoutError"],
  workflow: { status: "completed", total: 10, keys: ["add", "add-2", "noop", "sum"], ended: 4 },
  broken: ["WorkflowOutcomeError", "failed", "boom"],
};

async function values(client: Library.Client): Promise<unknown> {
  const sum = await client.submit("add", [1, 2]);
  const large = await client.submit("add", [9_007_199_254_740_992n, 1n]);
  const bytes = new TextEncoder().encode("grüß");
  const text = await client.submit("echo_bytes", [bytes, new Uint8Array([120])]);
  const counted = await client.submit("process_collection", [[1], { $int64: "no number", a: 1 }]);
  const after = await client.submit("add", [sum.result, 1]);
  const [, items, entries] = /Array: (\d+) items, Map: (\d+)/.exec(String(await counted.wait())) ??
    [];
  return [
    await sum.wait(),
    String(await large.wait()),
    await text.wait(),
    [Number(items), Number(entries)],
    await after.wait(),
  ];
}

/** A submission that is sent twice happens once. */
async function repeated(client: Library.Client, id: string): Promise<unknown> {
  const [first, second] = [
    await client.submit("add", [1, 2], { id }),
    await client.submit("add", [1, 2], { id }),
  ];
  await first.wait();
  return [first.id === second.id, await client.task(second.id).wait()];
}

async function watched(client: Library.Client): Promise<unknown> {
  const task = await client.submit("sleep", [50]);
  const seqs: bigint[] = [];
  let last = "";
  for await (const { seq, status } of task.watch()) {
    seqs.push(BigInt(seq));
    last = status;
  }
  return {
    rising: seqs.every((seq, index) => index === 0 || seq > (seqs[index - 1] ?? seq)),
    last,
  };
}

async function failed({ TaskOutcomeError }: typeof Library, client: Library.Client) {
  const task = await client.submit("fail", ["on purpose", false]);
  const error: unknown = await task.wait().catch((thrown: unknown) => thrown);
  if (!(error instanceof TaskOutcomeError)) return error;
  return [error.name, error.task.status, error.task.reason, error.task.error?.message];
}

async function aborted(client: Library.Client): Promise<unknown> {
  const task = await client.submit("sleep", [600_000]);
  const nameOf = (work: Promise<unknown>) =>
    work.then(() => "none", (error: unknown) => error instanceof Error ? error.name : `${error}`);
  const waited = await nameOf(task.wait({ signal: AbortSignal.timeout(50) }));
  const hurried = client.withSignal(AbortSignal.timeout(50));
  const followed = await nameOf(hurried.task(task.id).wait());
  await task.cancel();
  return [waited, followed];
}

async function workflow({ Workflow }: typeof Library, client: Library.Client): Promise<unknown> {
  const graph = new Workflow({ name: "walk" });
  const left = graph.add("add", [1, 2]);
  const right = graph.add("add", [3, 4]);
  const sum = graph.add("add", [left.result, right.result], { key: "sum" });
  graph.add("noop", [], { deps: [sum], triggerRule: "all_done" });
  const running = await client.submitWorkflow(graph);
  await client.submitWorkflow(graph);
  const ended = new Set<string>();
  for await (const task of running.watch()) if (task.status === "completed") ended.add(task.id);
  const { status, tasks } = await running.wait();
  const keys = tasks.map(({ key }) => key).sort();
  return { status, total: await client.task(sum).wait(), keys, ended: ended.size };
}

async function broken({ Workflow, WorkflowOutcomeError }: typeof Library, client: Library.Client) {
  const graph = new Workflow();
  graph.add("fail", ["boom", false]);
  const running = await client.submitWorkflow(graph);
  const error: unknown = await running.wait().catch((thrown: unknown) => thrown);
  if (!(error instanceof WorkflowOutcomeError)) return error;
  const [task] = error.workflow.tasks;
  return [error.name, error.workflow.status, (await client.get(task?.id ?? "")).error?.message];
}
