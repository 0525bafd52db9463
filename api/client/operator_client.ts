import { type Items, itemsOf } from "./answer_body.ts";
import { ApiError } from "./api_error.ts";
import { queuePath, schedulePath } from "./api_path.ts";
import type {
  DeadLetterJson,
  DeadLetterListOptions,
  DeadLetterSelectionJson,
} from "./dead_letter_json.ts";
import type { FollowOptions } from "./follow_stream.ts";
import { CHANGE_MS, RestCalls } from "./rest_calls.ts";
import type {
  BackfillJson,
  BackfillRequestJson,
  PausedScheduleJson,
  ScheduleJson,
  ScheduleSettingsJson,
  TickJson,
} from "./schedule_json.ts";
import {
  followPulse,
  type PulseEvent,
  type ReadinessJson,
  type StatsJson,
  type SystemJson,
} from "./system_json.ts";
import type { BatchChangeJson, ChangeManyOptions, RetryManyOptions } from "./task_change_json.ts";
import type { MethodJson, NodeJson, PageJson, QueueJson, QueueSettingsJson } from "./task_json.ts";
import type { HistoryJson } from "./traffic_json.ts";

/** Operations on what tasks run in and by: queues, schedules, dead letters, nodes; see `RestClient`. */
export class OperatorClient extends RestCalls {
  /** All queues, with their limits and how many tasks of each status are in them. */
  async queues(): Promise<readonly QueueJson[]> {
    return itemsOf(await this.read<Items<QueueJson>>("/api/queues"));
  }

  /** Sets the limits of a queue as a whole: what is absent is its default. Needs the scope `admin`. */
  configureQueue(name: string, settings: QueueSettingsJson): Promise<QueueJson> {
    return this.send(queuePath(name), settings, { method: "PUT" });
  }

  /** From now on nothing of a queue starts; what runs goes on. Needs the scope `admin`. */
  pauseQueue(name: string): Promise<QueueJson> {
    return this.send(queuePath(name, "/pause"));
  }

  /** Lets tasks of a paused queue start again. Needs the scope `admin`. */
  resumeQueue(name: string): Promise<QueueJson> {
    return this.send(queuePath(name, "/resume"));
  }

  /** The registered tasks, with their settings and the JSON Schema of what they take. */
  async methods(): Promise<readonly MethodJson[]> {
    return itemsOf(await this.read<Items<MethodJson>>("/api/methods"));
  }

  /** Counters since the node's start, and rates of the last minute. */
  stats(): Promise<StatsJson> {
    return this.read("/api/stats");
  }

  /** How work came, began and ended over the last stretch of time; `1h` when absent. */
  statsHistory(query: { readonly window?: HistoryJson["window"] } = {}): Promise<HistoryJson> {
    return this.read("/api/stats/history", { query });
  }

  /** The numbers of `stats` after each change, at most once a second. Leave the loop to end it. */
  followStats(options: FollowOptions = {}): AsyncGenerator<PulseEvent, void> {
    return followPulse(this.transport, options);
  }

  /** The node, its actors and executors; needs the scope `admin`. */
  system(): Promise<SystemJson> {
    return this.read("/api/system");
  }

  /** All nodes that share the database, live ones first; needs the scope `admin`. */
  async nodes(): Promise<readonly NodeJson[]> {
    return (await this.read<{ readonly nodes: readonly NodeJson[] }>("/api/system")).nodes;
  }

  /** All schedules, by name, without long arguments and the tasks of workflows. */
  async schedules(): Promise<readonly ScheduleJson[]> {
    return itemsOf(await this.read<Items<ScheduleJson>>("/api/schedules"));
  }

  /** A schedule as a whole, with the next times at which it fires. */
  getSchedule(name: string): Promise<ScheduleJson> {
    return this.read(schedulePath(name));
  }

  /** Sets a schedule up, or anew as a whole. */
  putSchedule(name: string, settings: ScheduleSettingsJson): Promise<ScheduleJson> {
    return this.send(schedulePath(name), settings, { method: "PUT" });
  }

  /** Deletes a schedule; what it has started goes on. */
  async deleteSchedule(name: string): Promise<void> {
    const path = schedulePath(name);
    await this.transport.request({ method: "DELETE", path, repeatable: false });
  }

  /** From now on no tick of a schedule fires; the answer says what becomes of them. */
  pauseSchedule(name: string): Promise<PausedScheduleJson> {
    return this.send(schedulePath(name, "/pause"));
  }

  /** Lets a paused schedule fire again; the answer says what of the pause is caught up. */
  resumeSchedule(name: string): Promise<PausedScheduleJson> {
    return this.send(schedulePath(name, "/resume"));
  }

  /** Starts the work of a schedule once, now. */
  triggerSchedule(name: string): Promise<TickJson> {
    return this.send(schedulePath(name, "/trigger"), undefined, { repeatable: false });
  }

  /** Fires the ticks of a past range that have not fired, 1,000 at most; doing it twice is once. */
  backfillSchedule(name: string, request: BackfillRequestJson): Promise<BackfillJson> {
    return this.send(schedulePath(name, "/backfill"), request);
  }

  /** The decided ticks of a schedule, newest first; `limit` is 1 to 500, 50 when absent. */
  async scheduleTicks(
    name: string,
    query: { readonly limit?: number } = {},
  ): Promise<readonly TickJson[]> {
    return itemsOf(await this.read<Items<TickJson>>(schedulePath(name, "/ticks"), { query }));
  }

  /** A page of failed tasks that were not discarded, newest first, with their runs. */
  deadLetters(options: DeadLetterListOptions = {}): Promise<PageJson<DeadLetterJson>> {
    return this.read("/api/dead-letters", { query: { ...options } });
  }

  /**
   * Runs dead letters again, each with its own arguments or with `args`, and with what they had
   * skipped. By filter it changes at most 100,000 at a call.
   */
  redrive(
    selection: DeadLetterSelectionJson,
    options: RetryManyOptions = {},
  ): Promise<BatchChangeJson> {
    const more = { repeatable: options.dryRun === true, waitMs: CHANGE_MS };
    return this.send("/api/dead-letters/redrive", { ...selection, ...options }, more);
  }

  /** Gives dead letters up: they stay as failed tasks. */
  discard(
    selection: DeadLetterSelectionJson,
    options: ChangeManyOptions = {},
  ): Promise<BatchChangeJson> {
    const body = { ...selection, ...options };
    return this.send("/api/dead-letters/discard", body, { waitMs: CHANGE_MS });
  }

  /** The node's metrics in the text format of Prometheus; needs the scope `admin`. */
  metrics(): Promise<string> {
    return this.read("/metrics", { text: true });
  }

  /** Whether the node takes work, and why not. */
  async readiness(): Promise<ReadinessJson> {
    try {
      return await this.read("/readyz", { maxRetries: 0 });
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 503)) throw error;
      const { reasons } = error.problem;
      return { status: "not_ready", reasons: Array.isArray(reasons) ? reasons.map(String) : [] };
    }
  }

  /** Resolves when the node's process answers. */
  async ping(): Promise<void> {
    await this.read("/healthz");
  }

  /** The description of the REST API, OpenAPI 3.1. */
  openApi(): Promise<Readonly<Record<string, unknown>>> {
    return this.read("/openapi.json");
  }
}
