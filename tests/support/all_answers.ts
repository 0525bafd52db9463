/** Everything that a node answers about what it holds. */
import assert from "node:assert/strict";
import type { NodeProcess } from "./node_process.ts";

/** Answers by request. */
export type AllAnswers = ReadonlyMap<string, unknown>;

/** What lists are asked for besides all there is. */
const FILTERS = ["status=pending", "queue=limited", "q=half", "workflowId=whole", "label=team:a"];

/** Asks for every list, and for everything of each item. */
export async function readAllAnswers(node: NodeProcess): Promise<AllAnswers> {
  const answers = new Map<string, unknown>();
  const get = async (path: string, accepted: readonly number[] = [200]) => {
    const { status, body } = await node.fetchApi("GET", path);
    assert.ok(accepted.includes(status), `${path}: ${status} ${JSON.stringify(body)}`);
    answers.set(path, body);
    return body;
  };
  for (const { id } of await readList(get, "/api/tasks")) {
    for (const part of ["", "/attempts", "/logs", "/dependents", "/explain"]) {
      await get(`/api/tasks/${id}${part}`);
    }
    await get(`/api/tasks/${id}/result`, [200, 202, 409]);
  }
  for (const filter of FILTERS) await readList(get, `/api/tasks?${filter}`);
  for (const { id } of await readList(get, "/api/workflows")) await get(`/api/workflows/${id}`);
  await readList(get, "/api/dead-letters");
  const { items } = await get("/api/schedules");
  for (const { name } of items) await get(`/api/schedules/${name}`);
  await get("/api/queues");
  return new Map([...answers].map(([path, answer]) => [path, withoutTimesToCome(answer)]));
}

/** The next times of schedules are others with every minute that passes. */
function withoutTimesToCome(answer: unknown): unknown {
  const leaveOut = (name: string, value: unknown) => name === "nextFireTimes" ? undefined : value;
  return JSON.parse(JSON.stringify(answer, leaveOut));
}

interface Page {
  readonly items: readonly { readonly id: string }[];
  readonly nextCursor: string | null;
}

/** Reads a list to its end, a few items at a time. */
async function readList(
  get: (path: string) => Promise<Page>,
  path: string,
): Promise<readonly { readonly id: string }[]> {
  const items: { readonly id: string }[] = [];
  let cursor = "";
  for (;;) {
    const separator = path.includes("?") ? "&" : "?";
    const page = await get(`${path}${separator}limit=5${cursor}`);
    items.push(...page.items);
    if (page.nextCursor === null) return items;
    cursor = `&cursor=${encodeURIComponent(page.nextCursor)}`;
  }
}
