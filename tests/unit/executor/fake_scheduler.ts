import type {
  ExecutorAnnouncement,
  RunOutcome,
  RunProgress,
  RunRef,
  SchedulerMessage,
  SchedulerProtocol,
} from "../../../actors/protocol.ts";
import type {
  ActorRef,
  AskableKind,
  AskFailureCode,
  AskResult,
  MessageOf,
} from "../../../actors/runtime/mod.ts";

type Reply = AskResult<unknown>;

/** Takes what an executor sends, and answers as the test wants. */
export class FakeScheduler implements ActorRef<SchedulerProtocol> {
  readonly name = "scheduler";
  /** Kinds in order of arrival. */
  readonly kinds: string[] = [];
  readonly batches: (readonly RunOutcome[])[] = [];
  readonly progress: RunProgress[] = [];
  readonly announcements: ExecutorAnnouncement[] = [];
  stale: readonly RunRef[] = [];
  /** While set, asks are kept unanswered until `release`. */
  holding = false;
  /** While set, every ask fails so. */
  failing: AskFailureCode | null = null;
  /** While set, nothing told is taken. */
  full = false;
  #held: (() => void)[] = [];

  get outcomes(): readonly RunOutcome[] {
    return this.batches.flat();
  }

  /** The outcome of a run, which has to be there exactly once. */
  outcomeOf(num: number): RunOutcome {
    const found = this.outcomes.filter((outcome) => outcome.num === num);
    const [outcome] = found;
    if (outcome === undefined || found.length > 1) {
      throw new Error(`Run of task ${num} has ${found.length} outcomes`);
    }
    return outcome;
  }

  tell(message: SchedulerMessage): boolean {
    this.kinds.push(message.kind);
    if (this.full) return false;
    if (message.kind === "ReportProgress") this.progress.push(...message.items);
    return true;
  }

  async ask<K extends AskableKind<SchedulerProtocol>>(
    message: MessageOf<SchedulerProtocol, K>,
  ): Promise<AskResult<SchedulerProtocol["replies"][K]>> {
    const reply = this.#receive(message);
    if (this.holding) await new Promise<void>((resolve) => this.#held.push(resolve));
    // The fake's replies are those of the protocol; the compiler can't follow K through the switch.
    return reply as AskResult<SchedulerProtocol["replies"][K]>;
  }

  /** Answers everything that was held, and holds no more. */
  release(): void {
    this.holding = false;
    const held = this.#held;
    this.#held = [];
    for (const answer of held) answer();
  }

  #receive(message: SchedulerMessage): Reply {
    this.kinds.push(message.kind);
    if (this.failing !== null) return { ok: false, error: { code: this.failing, message: "" } };
    switch (message.kind) {
      case "ReportOutcomes":
        this.batches.push(message.outcomes);
        return { ok: true, value: null };
      case "AnnounceExecutor":
        this.announcements.push(message.executor);
        return { ok: true, value: { stale: this.stale } };
      default:
        throw new Error(`An executor does not ask for ${message.kind}`);
    }
  }
}
