/** What clients do while nodes fail: they submit, read, cancel and retry, and write down the answers. */
import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import type { Cluster } from "../support/cluster.ts";
import type { ChaosClients, Sent } from "./chaos_clients.ts";
import type { ClusterView, Command, Reading } from "./history.ts";
import {
  CANCELLABLE,
  LIMITS,
  SCHEDULES,
  type Submission,
  type WorkflowSubmission,
  type Workload,
} from "./workload.ts";

export interface ChaosLoadOptions {
  readonly cluster: Cluster;
  readonly clients: ChaosClients;
  readonly workload: Workload;
  readonly random: () => number;
  /** Tasks that are offered, those of graphs among them. */
  readonly perSecond: number;
}

/** Often: where nothing is offered nothing starts, and that looks as if work stood still. */
const BATCH_EVERY_MS = 100;
/** How many seconds' worth of tasks each queue with a limit gets at once, in the beginning. */
const BURST_S = 4;
const GRAPH_EVERY_MS = 10_000;
const READ_EVERY_MS = 100;
const VIEW_EVERY_MS = 1_000;
const AGAIN_AFTER_MS = 200;
/** Of what was cancelled, this share is retried. */
const REVIVED_SHARE = 0.2;
/** Longer than anything here makes a cluster unable to answer. */
const INSIST_MS = 180_000;
/** Submissions without an answer; more are not offered before some of them have one. */
const OFFERED_MAX = 100;
/** Of the latest accepted tasks, these are read. */
const RECENT_MAX = 500;

/** The load and what it was answered. */
export class ChaosLoad {
  readonly accepted = new Set<string>();
  readonly readings: Reading[] = [];
  readonly cancels: Command[] = [];
  readonly revivals: Command[] = [];
  readonly views: ClusterView[] = [];
  readonly #options: ChaosLoadOptions;
  readonly #recent: string[] = [];
  readonly #pending = new Set<Promise<void>>();
  /** Batches and graphs that are not accepted yet. */
  #offered = 0;
  #stopped = false;
  #failure: { readonly error: unknown } | null = null;

  constructor(options: ChaosLoadOptions) {
    this.#options = options;
  }

  /** Sets queues and schedules up, and begins. */
  async start(): Promise<void> {
    const { workload, perSecond } = this.#options;
    for (const { queue, ...limits } of LIMITS) await this.#put(`/api/queues/${queue}`, limits);
    for (const [name, schedule] of Object.entries(SCHEDULES)) {
      await this.#put(`/api/schedules/${name}`, schedule);
    }
    const burst = workload.burst(Math.ceil(perSecond * BURST_S));
    for (const loop of [this.#submitBatch(burst), this.#submit(), this.#read(), this.#view()]) {
      this.#spawn(loop);
    }
  }

  /** Offers nothing more and waits until everything offered is accepted. */
  async stop(): Promise<void> {
    this.#stopped = true;
    while (this.#pending.size > 0) await Promise.all(this.#pending);
    if (this.#failure !== null) throw this.#failure.error;
  }

  /** Ends it as it is, for a round that has failed. */
  async abandon(error: unknown): Promise<void> {
    this.#failure ??= { error };
    this.#stopped = true;
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }

  async #put(path: string, body: unknown): Promise<void> {
    const { status, body: answer } = await this.#insist("PUT", path, body);
    assert.ok(status === 200 || status === 201, `PUT ${path}: ${status} ${JSON.stringify(answer)}`);
  }

  /** Sends it until somebody answers what is no failure of the server's. */
  async #insist(method: string, path: string, body?: unknown): Promise<Sent> {
    const deadline = performance.now() + INSIST_MS;
    for (;;) {
      const sent = await this.#options.clients.send({ method, path, body });
      if (sent.status !== null && sent.status < 500) return sent;
      if (this.#failure !== null) throw this.#failure.error;
      if (performance.now() > deadline) {
        throw new Error(`${method} ${path} is not done after ${INSIST_MS} ms: ${sent.status}`);
      }
      await delay(AGAIN_AFTER_MS);
    }
  }

  async #submit(): Promise<void> {
    const { workload, perSecond } = this.#options;
    const share = perSecond * BATCH_EVERY_MS / 1_000;
    let [owed, ahead, graphAt, at] = [0, 0, performance.now(), performance.now()];
    while (!this.#stopped) {
      // What a graph brought at once is made up for by smaller batches, never by none.
      const saved = Math.min(ahead, share / 2);
      [owed, ahead] = [owed + share - saved, ahead - saved];
      if (performance.now() >= graphAt) {
        graphAt += GRAPH_EVERY_MS;
        const graph = workload.graph();
        ahead += graph.tasks.length;
        this.#offer(this.#submitGraph(graph));
      }
      const size = Math.floor(owed);
      if (size > 0 && this.#offered < OFFERED_MAX) {
        owed -= size;
        this.#offer(this.#submitBatch(Array.from({ length: size }, () => workload.task())));
      }
      at += BATCH_EVERY_MS;
      await delay(Math.max(0, at - performance.now()));
    }
  }

  #offer(submission: Promise<void>): void {
    this.#offered++;
    this.#spawn(submission.finally(() => this.#offered--));
  }

  /** Goes on beside everything else; the first failure ends the load and is the caller's at `stop`. */
  #spawn(work: Promise<void>): void {
    const pending = work.catch((error) => {
      this.#failure ??= { error };
      this.#stopped = true;
    }).finally(() => this.#pending.delete(pending));
    this.#pending.add(pending);
  }

  async #submitGraph(graph: WorkflowSubmission): Promise<void> {
    const { status, body } = await this.#insist("POST", "/api/workflows", graph);
    assert.ok(status === 200 || status === 201, `${graph.id}: ${status} ${JSON.stringify(body)}`);
    for (const { id } of graph.tasks) this.#accept(id);
  }

  /** Submits until every task is accepted; the same ids again where no answer came. */
  async #submitBatch(tasks: readonly Submission[]): Promise<void> {
    for (let rest = tasks; rest.length > 0;) {
      const sent = await this.#insist("POST", "/api/tasks/batch", { tasks: rest });
      assert.equal(sent.status, 200, JSON.stringify(sent.body));
      const results: readonly BatchResult[] = sent.body.results;
      rest = rest.filter((task, index) => !this.#takeResult(task.id, results[index], sent));
      if (rest.length > 0) await delay(AGAIN_AFTER_MS);
    }
    for (const { id } of tasks) {
      if (id.startsWith(CANCELLABLE)) this.#spawn(this.#cancel(id));
    }
  }

  /** Whether the task is accepted; else it is to be sent again. */
  #takeResult(id: string, result: BatchResult | undefined, sent: Sent): boolean {
    assert.ok(result !== undefined, "a result is missing");
    if (result.status >= 500) return false;
    assert.ok(result.status < 300, `${id} was refused: ${JSON.stringify(result)}`);
    this.#accept(id);
    // Of what is new, nothing final can be known.
    if (result.status === 200 && result.task !== undefined) this.#note(result.task, sent);
    return true;
  }

  #accept(id: string): void {
    this.accepted.add(id);
    this.#options.workload.accepted(id);
    this.#recent.push(id);
    if (this.#recent.length > RECENT_MAX) this.#recent.splice(0, RECENT_MAX / 2);
  }

  /** Cancels until it is known how that ended; some are retried then. */
  async #cancel(id: string): Promise<void> {
    const { clients, random } = this.#options;
    await delay(random() * 4_000);
    for (let done = false; !done && this.#failure === null;) {
      const path = `/api/tasks/${id}/cancel`;
      const { status, body, ...exchange } = await clients.send({ method: "POST", path });
      this.cancels.push({ task: id, ...exchange, httpStatus: status });
      if (status === 200) this.#note(body, exchange);
      done = status === 200 || status === 409;
      if (!done) await delay(AGAIN_AFTER_MS * 2);
    }
    if (random() < REVIVED_SHARE) await this.#revive(id);
  }

  async #revive(id: string): Promise<void> {
    const request = { method: "POST", path: `/api/tasks/${id}/retry` };
    const { status, body: _, ...exchange } = await this.#options.clients.send(request);
    this.revivals.push({ task: id, ...exchange, httpStatus: status });
  }

  async #read(): Promise<void> {
    const { clients, random } = this.#options;
    while (!this.#stopped) {
      await delay(READ_EVERY_MS);
      const id = this.#recent[Math.floor(random() * this.#recent.length)];
      if (id === undefined) continue;
      this.#spawn((async () => {
        const sent = await clients.send({ method: "GET", path: `/api/tasks/${id}` });
        if (sent.status === 404) this.readings.push({ ...GONE, task: id, ...spanOf(sent) });
        if (sent.status === 200) this.#note(sent.body, sent);
      })());
    }
  }

  #note(task: TaskAnswer, sent: { readonly sentAt: number; readonly answeredAt: number }): void {
    const { id, status, run, finishedAt } = task;
    const at = finishedAt === null ? null : Date.parse(finishedAt);
    this.readings.push({ task: id, ...spanOf(sent), status, run, finishedAt: at });
  }

  async #view(): Promise<void> {
    const { cluster, clients } = this.#options;
    while (!this.#stopped) {
      await delay(VIEW_EVERY_MS);
      for (const node of cluster.awake) {
        this.#spawn((async () => {
          const sent = await clients.sendTo(node, { method: "GET", path: "/api/system" });
          if (sent.status === 200) this.views.push(viewOf(node.index, sent));
        })());
      }
    }
  }
}

interface BatchResult {
  readonly status: number;
  readonly task?: TaskAnswer;
}

/** A task in an answer, as far as it is written down. */
interface TaskAnswer {
  readonly id: string;
  readonly status: string;
  readonly run: number;
  readonly finishedAt: string | null;
}

/** How a task is written down that is not there, though it was accepted. */
const GONE = { status: "gone", run: 0, finishedAt: null };

function spanOf({ sentAt, answeredAt }: { readonly sentAt: number; readonly answeredAt: number }) {
  return { sentAt, answeredAt };
}

interface SystemAnswer {
  readonly term?: number | null;
  readonly nodes?: readonly {
    readonly id: string;
    readonly state: string;
    readonly leader: boolean;
  }[];
}

function viewOf(observer: number, sent: Sent): ClusterView {
  const { term, nodes = [] }: SystemAnswer = sent.body;
  const gone = nodes.filter(({ state }) => state === "lost" || state === "left");
  const leader = nodes.find((node) => node.leader)?.id ?? null;
  // A node that has just started knows none, and says 0.
  return { observer, ...spanOf(sent), term: term || null, leader, gone: gone.map(({ id }) => id) };
}
