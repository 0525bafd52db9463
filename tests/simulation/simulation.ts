/** Plays a scenario against the real engine on simulated time, and tells what it got wrong. */
import type { MethodDefinition } from "../../actors/domain/task.ts";
import type { RunOutcome, SchedulerMessage } from "../../actors/protocol.ts";
import type { Protocol } from "../../actors/runtime/mod.ts";
import { configureLogging } from "../../actors/telemetry/logger.ts";
import { seededRandom } from "../support/random.ts";
import type { Held, StoreFault } from "./faulty_store.ts";
import { type Lie, type Planned, planRetention, TROUBLE_MS } from "./scenario.ts";
import { LATENCY_MS, SimProcess } from "./sim_process.ts";
import { NOTHING } from "./snapshot.ts";
import { Starvation } from "./starvation.ts";
import { Users } from "./users.ts";
import { VirtualTime } from "./virtual_time.ts";
import { Wishes } from "./wishes.ts";
import { Witness } from "./witness.ts";

export interface SimulationOptions {
  readonly seed: number;
  readonly scenario: readonly Planned[];
  /** Of the simulated tasks. */
  readonly definitions: readonly MethodDefinition[];
  /** An empty folder, for this simulation alone; may hold a migrated, empty database. */
  readonly dataDir: string;
  /** Is told what happens, line by line. */
  readonly tell?: (line: string) => void;
}

export interface SimulationResult {
  /** Null when nothing was wrong. */
  readonly failure: string | null;
  readonly commits: number;
  readonly accepted: number;
}

const MADE_TROUBLES =
  /database is locked|no space is left on the disk|database does not answer|lost in a commit/;
const BOOT_AGAIN_MS = 100;
const DRAIN_MS = 1_000;
const HEAL_AGAIN_MS = 300;
/** Simulated time after the trouble within which all has to end. */
const HEALED_MS = 3_600_000;
const OUTCOMES_KEPT = 50;

/** One simulation, from the first start to the end of the last task. */
export class Simulation {
  readonly #options: SimulationOptions;
  readonly #time = new VirtualTime();
  readonly #random: () => number;
  readonly #starvation = new Starvation();
  readonly #wishes = new Wishes({
    snapshot: () => this.#witness?.snapshot ?? NOTHING,
    elapsed: () => this.#time.elapsed,
    searchBeginsMs: LATENCY_MS,
  });
  readonly #users: Users;
  readonly #reported: { readonly from: string; readonly outcome: RunOutcome }[] = [];
  #process: SimProcess | null = null;
  #witness: Witness | null = null;
  #starts = 0;
  #commits = 0;
  #fault: StoreFault | null = null;
  #hold: { readonly every: number; readonly until: number } | null = null;
  #clockWasSetBack = false;
  #hasHealed = false;
  #failure: string | null = null;

  constructor(options: SimulationOptions) {
    this.#options = options;
    this.#random = seededRandom(options.seed ^ 0x5bd1e995);
    this.#users = new Users({
      time: this.#time,
      process: () => this.#process,
      wishes: this.#wishes,
      firedTicks: (name, range) => this.#witness?.ticks.fired(name, range) ?? 0,
      onWrong: (what) => this.#fail(what),
      tell: (line) => this.#tell(line),
    });
  }

  /** Plays the scenario to its end, or to the first thing that is wrong. */
  async run(): Promise<SimulationResult> {
    const restore = this.#time.install();
    configureLogging({ format: "json", level: "error", sink: (line) => this.#onErrorLogged(line) });
    try {
      await this.#play();
    } finally {
      this.#process?.kill("the simulation is over");
      await this.#process?.closeStore();
      this.#witness?.close();
      restore();
    }
    return {
      failure: this.#failure,
      commits: this.#commits,
      accepted: this.#users.accepted.size,
    };
  }

  async #play(): Promise<void> {
    await this.#boot();
    for (const action of this.#options.scenario) {
      this.#time.after(action.at, () => this.#act(action));
    }
    const lastAt = this.#options.scenario.reduce((latest, { at }) => Math.max(latest, at), 0);
    const troubleMs = Math.max(TROUBLE_MS, lastAt + 1);
    this.#time.after(troubleMs, () => this.#heal());
    const until = troubleMs + HEALED_MS;
    for (;;) {
      await this.#time.settle();
      this.#lookForStarvation();
      if (this.#failure !== null) return;
      if (this.#hasEnded()) return;
      if (this.#process?.ended === true) this.#bootLater();
      if (!this.#time.step(until)) break;
    }
    const live = this.#witness?.live() ?? [];
    if (live.length > 0) this.#fail(`these never ended: ${live.join(", ")}`);
  }

  #lookForStarvation(): void {
    if (this.#process === null || this.#witness === null) return;
    const { executorsUp } = this.#process;
    if (executorsUp.size === 0 || this.#held() !== null) return this.#starvation.forgive();
    const wrong = this.#starvation.look(
      this.#witness.snapshot,
      executorsUp,
      this.#time.elapsed,
    );
    if (wrong !== null) this.#fail(wrong);
  }

  /** True when all that was submitted has ended, and nothing starts anew. */
  #hasEnded(): boolean {
    return this.#hasHealed && this.#users.areDone &&
      this.#witness?.live().length === 0;
  }

  async #boot(): Promise<void> {
    const { dataDir } = this.#options;
    await this.#process?.closeStore();
    const start = ++this.#starts;
    const process = new SimProcess({
      time: this.#time,
      random: this.#random,
      dataDir,
      definitions: this.#options.definitions,
      retention: planRetention(this.#options.seed),
      start,
      takeFault: () => {
        const fault = this.#fault;
        this.#fault = null;
        if (fault !== null) this.#starvation.forgive();
        return fault;
      },
      held: () => this.#held(),
      onCommitted: () => this.#onCommitted(),
      onExit: (why) => this.#tell(`the process ends: ${why}`),
      onBug: (what) => this.#fail(what),
      tap: (from, to, message) => this.#tap(from, to, message),
    });
    this.#process = process;
    this.#tell(`start ${start}`);
    void process.boot();
  }

  #bootLater(): void {
    this.#process = null;
    this.#time.after(BOOT_AGAIN_MS, () => void this.#boot());
  }

  /**
   * Undoes all that keeps tasks from ending; after whatever is still asked for. Other queues are left
   * alone, limits and all: who waits there for room, or was forgotten, is helped by nobody.
   */
  #heal(): void {
    this.#fault = null;
    this.#hold = null;
    if (this.#users.asking > 0) return void this.#time.after(HEAL_AGAIN_MS, () => this.#heal());
    this.#tell("all heals");
    for (const { name, paused } of this.#witness?.snapshot.queues.values() ?? []) {
      if (paused === 0) continue;
      this.#users.insist({ kind: "ConfigureQueue", name, patch: { paused: false } });
    }
    this.#users.deleteSchedules();
    this.#hasHealed = true;
  }

  #act(action: Planned): void {
    this.#tell(JSON.stringify(action));
    switch (action.kind) {
      case "kill":
        return this.#process?.kill("kill -9");
      case "drain":
        return void this.#process?.drain(DRAIN_MS);
      case "kill_core":
        return this.#process?.killCore();
      case "kill_executor":
        return this.#process?.killExecutor(action.index);
      case "store_fault":
        this.#fault = action.fault;
        return;
      case "hold":
        this.#hold = { every: action.every, until: this.#time.elapsed + action.ms };
        return;
      case "step_clock":
        this.#time.wallOffset += action.ms;
        if (action.ms < 0) this.#clockWasSetBack = true;
        return;
      case "lie_again":
      case "lie_stale":
      case "lie_foreign":
        return this.#lie(action.kind);
      default:
        return this.#users.act(action);
    }
  }

  /** What a transaction of another node holds now. */
  #held(): Held | null {
    const hold = this.#hold;
    if (hold === null || this.#time.elapsed >= hold.until) return null;
    return (num) => num % hold.every === 0;
  }

  #lie(kind: Lie): void {
    const { length } = this.#reported;
    const known = this.#reported[Math.floor(this.#random() * length)];
    if (known === undefined) return;
    const { from, outcome } = known;
    const lie: RunOutcome = {
      ...outcome,
      ...lieAbout(outcome, kind),
      outcome: "completed",
      result: "0",
    };
    this.#process?.inject(from, {
      kind: "ReportOutcomes",
      executor: from,
      incarnation: "nobody",
      outcomes: [lie],
    });
  }

  #tap(from: string, to: string, message: Protocol["message"]): void {
    if (to !== "scheduler" || message.kind !== "ReportOutcomes") return;
    const { outcomes } = message as Extract<SchedulerMessage, { kind: "ReportOutcomes" }>;
    for (const outcome of outcomes) this.#reported.push({ from, outcome });
    if (this.#reported.length > OUTCOMES_KEPT) this.#reported.splice(0, 10);
  }

  #onCommitted(): void {
    this.#commits++;
    this.#time.stir();
    this.#witness ??= new Witness({
      dataDir: this.#options.dataDir,
      accepted: this.#users.accepted,
      backfilled: this.#users.backfilled,
      retention: planRetention(this.#options.seed),
      now: () => this.#time.now(),
      rulesHold: () => !this.#users.haveRevived,
      timesHold: () => !this.#clockWasSetBack,
    });
    const before = this.#witness.snapshot;
    const wrong = this.#witness.look() ?? this.#wishes.look(before, this.#witness.snapshot);
    if (wrong !== null) this.#fail(wrong);
  }

  /** The product calls for attention. Only troubles that were made may be a reason. */
  #onErrorLogged(line: string): void {
    if (!MADE_TROUBLES.test(line)) this.#fail(`an error was logged: ${line}`);
  }

  #fail(what: string): void {
    if (this.#failure !== null) return;
    this.#failure = what;
    this.#tell(`WRONG: ${what}`);
  }

  #tell(line: string): void {
    this.#options.tell?.(`${(this.#time.elapsed / 1_000).toFixed(3)} s  ${line}`);
  }
}

function lieAbout({ num, run }: RunOutcome, kind: Lie): Pick<RunOutcome, "num" | "run"> {
  switch (kind) {
    case "lie_again":
      return { num, run };
    case "lie_stale":
      return { num, run: Math.max(0, run - 1) };
    case "lie_foreign":
      return { num: num + 1_000_000, run };
  }
}
