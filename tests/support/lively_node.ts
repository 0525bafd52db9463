/** Fills a node as one looks in earnest: something of every kind and status, for every page. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { DASHBOARD_PATHS } from "../../api/rest/routes/dashboard.ts";
import { eventually } from "./eventually.ts";
import { GRAPHS, readGraph, workflowOf } from "./graphs.ts";
import type { NodeProcess } from "./node_process.ts";

/** For `startNode`: the tasks that `fillNode` submits. */
export const LIVELY_NODE = {
  args: ["--tasks", fileURLToPath(new URL("./task_modules/storefront.ts", import.meta.url))],
} as const;

/** What is there, by id or name. */
export const LIVELY_IDS = {
  completed: "mail-1",
  running: "resize-1",
  failed: "charge-declined",
  tried: "charge-timed-out",
  blocked: "album-1",
  scheduled: "mail-tomorrow",
  cancelled: "mail-unwanted",
  workflow: "sky-mosaic",
  schedule: "daily-report",
  method: "orders.charge",
  pausedQueue: "newsletter",
} as const;

/** Every page of the dashboard; paths that name a thing name one that is there. */
export const LIVELY_PAGES: readonly string[] = DASHBOARD_PATHS.map((path) =>
  path.replace("/tasks/{id}", `/tasks/${LIVELY_IDS.tried}`)
    .replace("/workflows/{id}", `/workflows/${LIVELY_IDS.workflow}`)
    .replace("/schedules/{name}", `/schedules/${LIVELY_IDS.schedule}`)
    .replace("/methods/{name}", `/methods/${LIVELY_IDS.method}`)
);

interface FillOptions {
  readonly graph?: typeof GRAPHS[number];
  /** Of each second that the recorded tasks ran. */
  readonly msPerSecond?: number;
  /** More of what has ended. */
  readonly ended?: number;
}

/** Fills `node`, which was started with `LIVELY_NODE`; resolves when what is to fail has failed. */
export async function fillNode(node: NodeProcess, options: FillOptions = {}): Promise<void> {
  const { graph = "epigenomics-73", msPerSecond, ended = 30 } = options;
  const send = async (method: string, path: string, body?: unknown) => {
    const answer = await node.fetchApi(method, path, body);
    assert.ok(answer.status < 300, `${path}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  await send("PUT", "/api/queues/images", { concurrency: 2, weight: 3 });
  await send("PUT", "/api/queues/mail", { rateLimit: { limit: 5_000, perMs: 60_000 } });
  await send("POST", `/api/queues/${LIVELY_IDS.pausedQueue}/pause`);
  const { results } = await send("POST", "/api/tasks/batch", { tasks: tasksOf(ended) });
  assert.deepEqual(results.filter(({ status }: { status: number }) => status !== 201), []);
  await send("POST", `/api/tasks/${LIVELY_IDS.cancelled}/cancel`);
  for (const [name, schedule] of Object.entries(SCHEDULES)) {
    await send("PUT", `/api/schedules/${name}`, schedule);
  }
  await send("POST", "/api/schedules/weekly-newsletter/pause");
  await send("POST", "/api/workflows", recordedWorkflow(graph, msPerSecond));
  await eventually(async () => {
    const { body } = await node.fetchApi("GET", "/api/dead-letters");
    return body.items.length >= 2;
  }, { what: "the tasks that fail have failed" });
}

/** A recorded workflow whose tasks have the methods that their programs were. */
function recordedWorkflow(graph: typeof GRAPHS[number], msPerSecond: number | undefined) {
  const request = workflowOf(readGraph(graph), {
    id: LIVELY_IDS.workflow,
    ...(msPerSecond === undefined ? {} : { msPerSecond }),
  });
  const tasks = request.tasks.map((task) => ({ ...task, method: task.key.split("_")[0] }));
  return { ...request, tasks };
}

const SCHEDULES = {
  [LIVELY_IDS.schedule]: {
    cron: "30 3 * * *",
    timezone: "Europe/Berlin",
    method: "reports.daily",
    args: [{ day: "yesterday" }],
  },
  "weekly-newsletter": {
    cron: "0 9 * * 1",
    timezone: "America/New_York",
    method: "mail.send",
    args: [{ to: "all@shop.example", subject: "News of the week" }],
    overlap: "buffer_one",
  },
  "clean-up": { cron: "*/15 * * * *", method: "noop" },
};

function tasksOf(ended: number): readonly unknown[] {
  const mail = (id: string, more: object = {}) => ({
    id,
    method: "mail.send",
    payload: { to: "ada@shop.example", subject: `Your order ${id} — thank you` },
    labels: { customer: "ada", channel: "web" },
    ...more,
  });
  const charge = (id: string, cents: number) => ({
    id,
    method: "orders.charge",
    payload: { order: "A-1042", cents, currency: "EUR" },
    labels: { order: "A-1042" },
  });
  const resize = (id: string) => ({
    id,
    method: "images.resize",
    payload: { source: `s3://pictures/${id}.tiff`, widths: [320, 640, 1_280] },
    concurrencyKey: "pictures",
  });
  return [
    ...Array.from({ length: ended }, (_, i) => mail(`mail-${i + 1}`)),
    charge("charge-1", 4_900),
    charge(LIVELY_IDS.failed, 99_000),
    charge(LIVELY_IDS.tried, 60_000),
    ...Array.from({ length: 6 }, (_, i) => resize(`resize-${i + 1}`)),
    { ...mail(LIVELY_IDS.blocked), deps: [LIVELY_IDS.running] },
    { ...mail("receipt-1"), deps: [LIVELY_IDS.failed] },
    mail(LIVELY_IDS.scheduled, { delayMs: 86_400_000 }),
    mail(LIVELY_IDS.cancelled, { delayMs: 3_600_000 }),
    ...Array.from(
      { length: 4 },
      (_, i) => mail(`newsletter-${i + 1}`, { queue: LIVELY_IDS.pausedQueue }),
    ),
  ];
}
