import { KEEP_ALL } from "../../actors/domain/retention.ts";
import { DEFAULTS, type MethodDefinition, type TaskRecord } from "../../actors/domain/task.ts";
import type {
  Assignment,
  DispatcherMessage,
  FrontEndProtocol,
  RunOutcome,
  SchedulerMessage,
  SchedulerReplies,
  Submission,
} from "../../actors/protocol.ts";
import type { ActorContext, ActorRef, AskResult, Protocol } from "../../actors/runtime/mod.ts";
import { Scheduler, type SchedulerInit } from "../../actors/scheduler/scheduler_actor.ts";
import type { ManualTimer } from "./manual_timer.ts";
import { submission } from "./submission.ts";
import type { Store } from "../../actors/storage/port.ts";
import { openSqliteStore } from "../../actors/storage/sqlite/mod.ts";

export interface RigOptions {
  /** The scheduler's timer, where the test has it: nothing happens by itself then, see `passTo`. */
  readonly timer?: ManualTimer | null;
  readonly now?: number;
  /** Where the store is not to be SQLite in a folder of the rig's own. */
  readonly openStore?: () => Promise<Store>;
  /** Puts something between the scheduler and its store. */
  readonly wrapStore?: (store: Store) => Store;
}

/** A scheduler over a real store, with neighbours of straw and a clock in the test's hand. */
export class SchedulerRig implements AsyncDisposable {
  readonly told: { readonly to: string; readonly message: { readonly kind: string } }[] = [];
  readonly dataDir: string;
  now = 1_700_000_000_000;
  /** By how much the clock was set since the start, beyond the time that passed. */
  clockOffset = 0;
  readonly #timer: ManualTimer | null;
  readonly #openStore: () => Promise<Store>;
  readonly #wrapStore: (store: Store) => Store;
  #scheduler: Scheduler | null = null;

  private constructor(dataDir: string, { timer = null, now, openStore, wrapStore }: RigOptions) {
    this.dataDir = dataDir;
    this.#timer = timer;
    this.#openStore = openStore ?? (() => openSqliteStore({ dataDir, now: () => this.now }));
    this.#wrapStore = wrapStore ?? ((store) => store);
    if (now !== undefined) this.now = now;
  }

  static async open(
    init: Partial<SchedulerInit> = {},
    options: RigOptions = {},
  ): Promise<SchedulerRig> {
    const rig = new SchedulerRig(await Deno.makeTempDir({ prefix: "dtask-scheduler-" }), options);
    await rig.start(init);
    return rig;
  }

  /** Starts the scheduler on the data folder; after `stop`, as a restart would. */
  async start(init: Partial<SchedulerInit> = {}): Promise<void> {
    this.#scheduler = await Scheduler.start({
      init: {
        node: "n-1",
        dataDir: this.dataDir,
        definitions: [definition("noop", "async"), definition("spin", "blocking")],
        allowTaskPermissions: false,
        resultCacheBytes: 1 << 20,
        // Runs of these tests end at times that no clock shows, so that nothing may go by its age.
        retention: KEEP_ALL,
        aliveExecutors: [],
        subscribers: ["http"],
        ...init,
      },
      context: this.#context(),
      store: this.#wrapStore(await this.#openStore()),
      monotonic: () => this.now - this.clockOffset,
      random: () => 0.5,
      ...(this.#timer && { startTimer: this.#timer.start }),
    });
  }

  /** Lets time pass up to `at`, with everything that happens on the way, each at its time. */
  async passTo(at: number): Promise<void> {
    if (this.#timer === null) throw new Error("the rig was opened without a timer");
    for (;;) {
      const step = Math.min(this.#timer.left ?? Infinity, at - this.now);
      this.now += step;
      const fired = this.#timer.pass(step);
      // A sleep that was cut short goes on at once; only what was due has set off a commit.
      if (fired && !(this.#timer.left ?? 0)) await this.settle();
      else if (this.now >= at) return;
    }
  }

  /** True between `start` and `stop`. */
  get isUp(): boolean {
    return this.#scheduler !== null;
  }

  /** Resolves when all commits are done that have been set off. */
  async settle(): Promise<void> {
    await this.ask({ kind: "GetDispatchState" });
  }

  /** Asks the scheduler as another actor would. */
  async ask<K extends keyof SchedulerReplies>(
    message: Extract<SchedulerMessage, { readonly kind: K }>,
  ): Promise<SchedulerReplies[K]> {
    if (this.#scheduler === null) throw new Error("the scheduler is stopped");
    return await this.#scheduler.receive(message) as SchedulerReplies[K];
  }

  /** Tells the scheduler something, and waits until it has done what is done at once. */
  async tell(message: SchedulerMessage): Promise<void> {
    if (this.#scheduler === null) throw new Error("the scheduler is stopped");
    await this.#scheduler.receive(message);
    await this.settle();
  }

  /** Submits and expects acceptance. */
  async submit(...items: readonly Partial<Submission>[]): Promise<readonly TaskRecord[]> {
    const answers = await this.ask({ kind: "SubmitTasks", items: items.map(submission) });
    return answers.map((answer) => {
      if (!answer.ok) throw new Error(answer.error.message);
      return answer.value.task;
    });
  }

  /** Claims up to `max` tasks of a queue for one executor. */
  async claim(
    { max = 100, queue = "default", pool = "async", executor = "executor-1", incarnation = "i-1" } =
      {},
  ): Promise<{ readonly runs: readonly Assignment[]; readonly drained: boolean }> {
    const [claimed] = await this.ask({
      kind: "ClaimRuns",
      executors: [{ executor, incarnation, pool, credits: max, held: 0 }],
      requests: [{ queue, pool, max }],
    });
    if (!claimed) throw new Error("a claim was not answered");
    return { ...claimed, runs: claimed.runs.map(({ assignment }) => assignment) };
  }

  /** Reports how runs ended. */
  async report(...outcomes: readonly RunOutcome[]): Promise<void> {
    const from = { executor: "executor-1", incarnation: "i-1" };
    await this.ask({ kind: "ReportOutcomes", ...from, outcomes });
  }

  /** Claims and completes ready tasks until there are none; answers their ids in order of start. */
  async runAll(result = "null"): Promise<readonly string[]> {
    const ids: string[] = [];
    for (;;) {
      const { runs } = await this.claim();
      if (runs.length === 0) return ids;
      ids.push(...runs.map(({ id }) => id));
      await this.report(...runs.map((run) => outcome(run, { result })));
    }
  }

  /** A task as it is stored, texts included: a retried submission of unknown content would not do. */
  async task(id: string): Promise<TaskRecord> {
    const { openSqliteReader } = await import("../../actors/storage/sqlite/mod.ts");
    const reader = await openSqliteReader({ dataDir: this.dataDir });
    try {
      const [task] = await reader.getTasks([id]);
      if (!task) throw new Error(`no task ${id}`);
      return task;
    } finally {
      await reader.close();
    }
  }

  /** What the dispatcher was told of one kind. */
  toldDispatcher<K extends DispatcherMessage["kind"]>(
    kind: K,
  ): readonly Extract<DispatcherMessage, { readonly kind: K }>[] {
    return this.told.flatMap(({ to, message }) =>
      to === "dispatcher" && message.kind === kind
        ? message as Extract<DispatcherMessage, { readonly kind: K }>
        : []
    );
  }

  async stop(): Promise<void> {
    await this.#scheduler?.stop();
    this.#scheduler = null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await Deno.remove(this.dataDir, { recursive: true });
  }

  #context(): ActorContext {
    const ref = <P extends Protocol>(name: string): ActorRef<P> => ({
      name,
      tell: (message) => {
        this.told.push({ to: name, message });
        return true;
      },
      ask: (message) => {
        this.told.push({ to: name, message: message as FrontEndProtocol["message"] });
        return Promise.resolve({ ok: true, value: null } as AskResult<never>);
      },
    });
    return {
      name: "scheduler",
      incarnation: "s-1",
      ref,
      peers: () => [],
      fail: (error) => {
        throw error;
      },
    };
  }
}

/** The outcome of a claimed run: completed, unless `more` says otherwise. */
export function outcome(
  run: Pick<Assignment, "num" | "run">,
  more: Partial<RunOutcome> = {},
): RunOutcome {
  return {
    num: run.num,
    run: run.run,
    outcome: "completed",
    startedAt: 1,
    finishedAt: 2,
    result: more.outcome === undefined ? "null" : null,
    error: null,
    retryable: true,
    retryAfterMs: null,
    invalidInput: false,
    giveBack: null,
    alone: false,
    logs: [],
    ...more,
  };
}

/** What a run reports whose code threw. */
export const THREW = {
  outcome: "threw",
  error: { name: "Error", message: "boom", stack: null },
} as const satisfies Partial<RunOutcome>;

/** A registered task without settings of its own. */
export function definition(
  name: string,
  mode: MethodDefinition["mode"],
  more: Partial<MethodDefinition> = {},
): MethodDefinition {
  return {
    name,
    aliases: [],
    mode,
    queue: null,
    timeoutMs: DEFAULTS.timeoutMs,
    heartbeatTimeoutMs: null,
    retry: null,
    permissions: {},
    inputSchema: null,
    description: null,
    definition: "sha256-0",
    ...more,
  };
}
