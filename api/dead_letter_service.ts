/**
 * What the front-ends can do with dead letters. A change of many is a walk of many messages, a page of
 * tasks each, so that other work gets in between.
 */
import { ok, type Result } from "../actors/domain/error.ts";
import { LIMITS } from "../actors/domain/task.ts";
import type {
  DeadLetter,
  DeadLetterCommand,
  DeadLetterCount,
  DeadLetterDecision,
  DeadLetterFilter,
  DeadLetterSelection,
  Page,
  ReaderProtocol,
  SchedulerProtocol,
} from "../actors/protocol.ts";
import type { ActorRef } from "../actors/runtime/actor.ts";
import { asked, read, written } from "./ask_refusal.ts";
import { type BatchChange, interrupted, NOTHING, pageSize, sum } from "./batch_change.ts";

/** What a dead letter service works with. */
export interface DeadLetterServiceOptions {
  readonly scheduler: ActorRef<SchedulerProtocol>;
  readonly reader: ActorRef<ReaderProtocol>;
}

/** The dead letters that somebody wants to change: by name, or all that a filter leaves. */
export type DeadLetterChoice =
  | { readonly by: "ids"; readonly ids: readonly string[] }
  | { readonly by: "filter"; readonly filter: DeadLetterFilter };

/** What to do with them; `args` is JSON text of new arguments, null keeps each task's own. */
export type DeadLetterAction =
  | { readonly kind: "redrive"; readonly args: string | null }
  | { readonly kind: "discard" };

const WRITE = { deadlineMs: 15_000 };
const READ = { deadlineMs: 10_000 };

/** Lists dead letters, sends them round again, and gives them up. */
export class DeadLetterService {
  readonly #scheduler: ActorRef<SchedulerProtocol>;
  readonly #reader: ActorRef<ReaderProtocol>;

  constructor({ scheduler, reader }: DeadLetterServiceOptions) {
    this.#scheduler = scheduler;
    this.#reader = reader;
  }

  /** A page of dead letters, newest first, each with its newest runs. */
  async list(
    filter: DeadLetterFilter,
    page: { readonly limit: number; readonly cursor: string | null },
  ): Promise<Result<Page<DeadLetter>>> {
    return read(await this.#reader.ask({ kind: "ListDeadLetters", filter, ...page }, READ));
  }

  /** How many there are, by queue and reason. */
  async counts(): Promise<Result<readonly DeadLetterCount[]>> {
    return asked(await this.#reader.ask({ kind: "CountDeadLetters" }, READ));
  }

  /**
   * Redrives or discards the chosen dead letters. By filter it meets each once, those that failed after
   * it had begun not at all, and ends after 100,000, or between two pages when `signal` aborts.
   */
  change(
    choice: DeadLetterChoice,
    action: DeadLetterAction,
    signal?: AbortSignal,
  ): Promise<Result<BatchChange>> {
    const perPage = pageSize(action.kind === "redrive" ? action.args : null);
    return choice.by === "ids"
      ? this.#changeNamed(choice.ids, action, perPage)
      : this.#walk(choice.filter, action, { limit: perPage, signal });
  }

  async #changeNamed(
    ids: readonly string[],
    action: DeadLetterAction,
    perPage: number,
  ): Promise<Result<BatchChange>> {
    const unique = [...new Set(ids)];
    let done = NOTHING;
    for (let at = 0; at < unique.length; at += perPage) {
      const part = unique.slice(at, at + perPage);
      const page = await this.#ask(action, { by: "ids", ids: part });
      if (!page.ok) return interrupted(page.error, done);
      done = sum(done, page.value);
    }
    return ok({ ...done, more: false });
  }

  async #walk(
    filter: DeadLetterFilter,
    action: DeadLetterAction,
    { limit, signal }: { readonly limit: number; readonly signal: AbortSignal | undefined },
  ): Promise<Result<BatchChange>> {
    let done = NOTHING;
    let walk: DeadLetterDecision["next"] = null;
    do {
      const left = LIMITS.changeTasks - done.matched;
      const selection = { by: "filter", filter, walk, limit: Math.min(limit, left) } as const;
      const page: Result<DeadLetterDecision> = await this.#ask(action, selection);
      if (!page.ok) return interrupted(page.error, done);
      done = sum(done, page.value);
      walk = page.value.next;
    } while (walk !== null && done.matched < LIMITS.changeTasks && signal?.aborted !== true);
    return ok({ ...done, more: walk !== null });
  }

  async #ask(
    action: DeadLetterAction,
    selection: DeadLetterSelection,
  ): Promise<Result<DeadLetterDecision>> {
    const command: DeadLetterCommand = action.kind === "redrive"
      ? { kind: "RedriveDeadLetters", selection, args: action.args }
      : { kind: "DiscardDeadLetters", selection };
    return written(await this.#scheduler.ask(command, WRITE));
  }
}
