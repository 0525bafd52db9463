/** The node's Prometheus metrics: fed by commit events, and by what the actors answer at a scrape. */
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { NODE_STATES } from "../actors/domain/lease.ts";
import type { TaskStatus } from "../actors/domain/task.ts";
import type {
  CommitCounts,
  DeadLetterCount,
  ExecutorSlots,
  GrpcRequestObserved,
  QueueDepth,
  SubscriberMessage,
  SystemStatus,
  TasksCommitted,
} from "../actors/protocol.ts";

/** What a scrape asks of the actors; null where one does not answer, so that the rest still shows. */
export interface Readings {
  readonly system: SystemStatus | null;
  readonly queueDepths: readonly QueueDepth[] | null;
  readonly deadLetters: readonly DeadLetterCount[] | null;
  readonly slots: readonly ExecutorSlots[] | null;
}

/** One answered HTTP request. */
export interface HttpObservation {
  /** The route's pattern, so that ids do not become labels. */
  readonly route: string;
  readonly method: string;
  readonly code: number;
  readonly seconds: number;
}

const QUEUE_LABELS_MAX = 200;
const SHORT_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];
const LONG_SECONDS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 1_800, 3_600];
const BATCH_SIZES = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000];

/** A registry of its own: one isolate keeps all metrics of the node. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #methods: ReadonlySet<string>;
  readonly #queues = new Set<string>();
  readonly #httpSeries = new Map<string, Histogram.Internal<string>>();
  readonly #submitted = this.#counter("dtask_tasks_submitted_total", "Tasks accepted", [
    "queue",
    "method",
  ]);
  readonly #finished = this.#counter("dtask_tasks_finished_total", "Tasks that have ended", [
    "queue",
    "method",
    "status",
  ]);
  readonly #attempts = this.#counter("dtask_task_attempts_total", "Runs that began");
  readonly #retries = this.#counter("dtask_task_retries_total", "Runs that are to be repeated");
  readonly #ticks = this.#counter("dtask_schedule_ticks_total", "Decided ticks", ["outcome"]);
  readonly #cacheHits = this.#counter("dtask_result_cache_hits_total", "Results found in memory");
  readonly #cacheMisses = this.#counter("dtask_result_cache_misses_total", "Results read anew");
  readonly #restarts = this.#counter("dtask_actor_restarts_total", "Restarts of actors", ["actor"]);
  readonly #retired = this.#counter("dtask_retention_deleted_total", "Removed by retention", [
    "what",
  ]);
  readonly #depth = this.#gauge("dtask_queue_depth", "Tasks in a queue", ["queue", "status"]);
  readonly #deadLetters = this.#gauge(
    "dtask_dead_letters",
    "Failed tasks that were not discarded",
    [
      "queue",
      "reason",
    ],
  );
  readonly #lanes = this.#gauge("dtask_actor_lane_depth", "Waiting messages", ["actor", "lane"]);
  readonly #slots = this.#gauge("dtask_executor_slots", "Room for running tasks", ["state"]);
  readonly #leader = this.#gauge("dtask_leader", "1 on the node that runs clocks and retention");
  readonly #term = this.#gauge("dtask_leader_term", "Grows with each change of the leader");
  readonly #nodes = this.#gauge("dtask_nodes", "Nodes that share the database", ["state"]);
  readonly #wait = this.#histogram(
    "dtask_task_wait_seconds",
    "From ready to claimed",
    LONG_SECONDS,
  );
  readonly #run = this.#histogram("dtask_task_run_seconds", "What task code took", LONG_SECONDS);
  readonly #commit = this.#histogram("dtask_store_commit_seconds", "Of one commit", SHORT_SECONDS);
  readonly #batch = this.#histogram("dtask_store_commit_batch_size", "Messages", BATCH_SIZES);
  readonly #http = this.#histogram("dtask_http_request_seconds", "To the answer", SHORT_SECONDS, [
    "route",
    "method",
    "code",
  ]);
  readonly #grpc = this.#histogram("dtask_grpc_request_seconds", "To the answer", SHORT_SECONDS, [
    "method",
    "code",
  ]);

  /** `methods`: names of the registered tasks; any other becomes the label `unknown`. */
  constructor(methods: Iterable<string>) {
    this.#methods = new Set(methods);
  }

  /** MIME type of what `render` answers. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Counts what commits changed. */
  onEvents(events: SubscriberMessage["events"]): void {
    for (const event of events) if (event.kind === "TasksCommitted") this.#onCommit(event);
  }

  /** Counts an answered HTTP request. */
  observeHttp({ route, method, code, seconds }: HttpObservation): void {
    const key = `${method} ${code} ${route}`;
    let series = this.#httpSeries.get(key);
    if (series === undefined) {
      series = this.#http.labels(route, method, String(code));
      this.#httpSeries.set(key, series);
    }
    series.observe(seconds);
  }

  /** Counts answered gRPC calls. */
  observeGrpc(items: readonly GrpcRequestObserved[]): void {
    for (const { method, code, seconds } of items) this.#grpc.labels(method, code).observe(seconds);
  }

  /** All metrics in Prometheus' text format. */
  render(readings: Readings): Promise<string> {
    this.#readSystem(readings.system);
    this.#readDepths(readings.queueDepths ?? []);
    this.#readDeadLetters(readings.deadLetters ?? []);
    this.#readSlots(readings.slots ?? []);
    return this.#registry.metrics();
  }

  #onCommit(event: TasksCommitted): void {
    this.#commit.observe(event.commitSeconds);
    this.#batch.observe(event.batchSize);
    if (event.cacheHits > 0) this.#cacheHits.inc(event.cacheHits);
    if (event.cacheMisses > 0) this.#cacheMisses.inc(event.cacheMisses);
    if (event.retired !== undefined) {
      this.#retired.inc({ what: "task" }, event.retired.tasks);
      this.#retired.inc({ what: "workflow" }, event.retired.workflows);
    }
    for (const counts of event.counts) this.#onCounts(counts);
    for (const [outcome, count] of Object.entries(event.ticks ?? {})) {
      this.#ticks.inc({ outcome }, count);
    }
  }

  #onCounts(counts: CommitCounts): void {
    const queue = this.#queueLabel(counts.queue);
    const method = this.#methods.has(counts.method) ? counts.method : "unknown";
    if (counts.submitted > 0) this.#submitted.inc({ queue, method }, counts.submitted);
    if (counts.attempts > 0) this.#attempts.inc(counts.attempts);
    if (counts.retries > 0) this.#retries.inc(counts.retries);
    for (const [status, count] of Object.entries(counts.finished)) {
      if (count > 0) this.#finished.inc({ queue, method, status }, count);
    }
    for (const seconds of counts.waitSeconds) this.#wait.observe(seconds);
    for (const seconds of counts.runSeconds) this.#run.observe(seconds);
  }

  #readSystem(system: SystemStatus | null): void {
    this.#lanes.reset();
    if (system === null) return;
    this.#readCluster(system);
    this.#restarts.reset();
    for (const { name, restarts, lanes } of system.actors) {
      this.#restarts.inc({ actor: name }, restarts);
      for (const [lane, depth] of Object.entries(lanes)) {
        this.#lanes.set({ actor: name, lane }, depth);
      }
    }
  }

  #readCluster({ node, cluster: { term, nodes } }: SystemStatus): void {
    this.#term.set(term);
    this.#leader.set(nodes.some(({ id, leader }) => leader && id === node) ? 1 : 0);
    for (const state of NODE_STATES) {
      this.#nodes.set({ state }, nodes.filter((one) => one.state === state).length);
    }
  }

  #readDepths(depths: readonly QueueDepth[]): void {
    this.#depth.reset();
    for (const { queue, status, count } of depths) {
      this.#depth.inc(
        { queue: this.#queueLabel(queue), status: status satisfies TaskStatus },
        count,
      );
    }
  }

  #readDeadLetters(counts: readonly DeadLetterCount[]): void {
    this.#deadLetters.reset();
    for (const { queue, reason, count } of counts) {
      this.#deadLetters.inc({ queue: this.#queueLabel(queue), reason }, count);
    }
  }

  #readSlots(slots: readonly ExecutorSlots[]): void {
    let [busy, free] = [0, 0];
    for (const executor of slots) {
      // An executor may hold more than it runs: what was prefetched takes no slot.
      const taken = Math.min(executor.held, executor.slots);
      busy += taken;
      free += executor.slots - taken;
    }
    this.#slots.set({ state: "busy" }, busy);
    this.#slots.set({ state: "free" }, free);
  }

  #queueLabel(queue: string): string {
    if (this.#queues.has(queue)) return queue;
    if (this.#queues.size >= QUEUE_LABELS_MAX) return "other";
    this.#queues.add(queue);
    return queue;
  }

  #counter(name: string, help: string, labelNames: string[] = []): Counter<string> {
    return new Counter({ name, help, labelNames, registers: [this.#registry] });
  }

  #gauge(name: string, help: string, labelNames: string[] = []): Gauge<string> {
    return new Gauge({ name, help, labelNames, registers: [this.#registry] });
  }

  #histogram(
    name: string,
    help: string,
    buckets: number[],
    labelNames: string[] = [],
  ): Histogram<string> {
    return new Histogram({ name, help, buckets, labelNames, registers: [this.#registry] });
  }
}
