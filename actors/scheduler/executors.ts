import type {
  JoinedRun,
  RunOutcome,
  RunRef,
  SchedulerMessage,
  SchedulerReplies,
} from "../protocol.ts";
import { unreportedOutcome } from "../protocol/unreported_outcome.ts";
import type { TaskRecord } from "../domain/task.ts";
import type { Commit } from "./commit.ts";
import type { CommitLoop } from "./commit_loop.ts";
import { crashRuns, recordReports } from "./record_outcomes.ts";

type Announce = Extract<SchedulerMessage, { readonly kind: "AnnounceExecutor" }>;
type Lost = Extract<SchedulerMessage, { readonly kind: "ExecutorLost" }>;

/** How many running tasks are looked at in one read. */
const PAGE = 1_000;

/**
 * Takes an executor in: its runs go on where they are current, and are put back where it does not
 * have them (an assignment that never arrived). Runs of its earlier incarnations crashed with those.
 */
export async function announceExecutors(
  commit: Commit,
  work: readonly Announce[],
): Promise<readonly SchedulerReplies["AnnounceExecutor"][]> {
  const answers = [];
  for (const { executor } of work) {
    const recorded = await runningOn(commit, executor.executor);
    const mine = recorded.filter((task) => task.incarnation === executor.incarnation);
    await crashRuns(commit, recorded.filter((task) => task.incarnation !== executor.incarnation));
    const held = new Set(executor.held.map(keyOf));
    const lost = mine.filter((task) => !held.has(keyOf(task)));
    const reports = lost.map((task) => ({
      executor: executor.executor,
      outcome: givenBack(task, commit.now),
    }));
    await recordReports(commit, reports);
    const current = new Map(mine.map((task) => [keyOf(task), task]));
    const stale = executor.held.filter((ref) => !current.has(keyOf(ref)));
    const kept = executor.held.flatMap((ref) => joinedRun(current.get(keyOf(ref))));
    commit.effects.joined.push({ ...executor, held: kept });
    answers.push({ stale });
  }
  return answers;
}

/** Ends what an executor held when it went: as the dispatcher judged it, the rest as crashed. */
export async function loseExecutors(
  commit: Commit,
  work: readonly Lost[],
): Promise<readonly null[]> {
  for (const { executor, incarnation, verdicts } of work) {
    await recordReports(commit, verdicts.map((outcome) => ({ executor, outcome })));
    const left = await runningOn(commit, executor);
    await crashRuns(commit, left.filter((task) => task.incarnation === incarnation));
  }
  return work.map(() => null);
}

/** Where a recovery stands, and which executors it leaves alone. */
interface RecoveryPage {
  readonly afterNum: number;
  /** Incarnations of the executors that are alive. */
  readonly alive: ReadonlySet<string>;
}

/**
 * Puts back, at a start, what nobody runs any more. `alive`: incarnations of the executors that are alive.
 */
export async function recover(loop: CommitLoop, alive: readonly string[]): Promise<void> {
  const spared = new Set(alive);
  for (let afterNum: number | null = 0; afterNum !== null;) {
    const page: RecoveryPage = { afterNum, alive: spared };
    afterNum = await loop.submit("outcomes", recoverPages, { work: page, held: true });
  }
}

/**
 * Puts back what was running when the process or this actor ended, but for runs of executors that
 * outlived it and will announce themselves. Takes a page at a time; answers where the next begins.
 */
async function recoverPages(
  commit: Commit,
  work: readonly RecoveryPage[],
): Promise<readonly (number | null)[]> {
  const next = [];
  for (const page of work) next.push(await recoverPage(commit, page));
  return next;
}

async function recoverPage(
  commit: Commit,
  { afterNum, alive }: RecoveryPage,
): Promise<number | null> {
  // Other nodes look after their own, and the leader after those of nodes that are gone.
  const whose = commit.context.shared ? { node: commit.context.node } : {};
  const tasks = await commit.tx.selectRunning({ afterNum, limit: PAGE, ...whose });
  await crashRuns(
    commit,
    tasks.filter(({ node, incarnation }) =>
      node !== commit.context.node || incarnation === null || !alive.has(incarnation)
    ),
  );
  const last = tasks.at(-1);
  return tasks.length < PAGE || !last ? null : last.num;
}

async function runningOn(
  { tx, context: { shared, node } }: Commit,
  executor: string,
): Promise<readonly TaskRecord[]> {
  const all: TaskRecord[] = [];
  const whose = shared ? { executor, node } : { executor };
  for (let afterNum = 0;;) {
    const tasks = await tx.selectRunning({ afterNum, limit: PAGE, ...whose });
    all.push(...tasks);
    const last = tasks.at(-1);
    if (tasks.length < PAGE || !last) return all;
    afterNum = last.num;
  }
}

function givenBack(task: TaskRecord, now: number): RunOutcome {
  return { ...unreportedOutcome(task, "given_back", now), giveBack: "neighbour" };
}

function joinedRun(task: TaskRecord | undefined): readonly JoinedRun[] {
  if (task === undefined) return [];
  const { num, run, id, method, startedAt } = task;
  return [{ num, run, id, method, startedAt }];
}

function keyOf({ num, run }: RunRef): string {
  return `${num}:${run}`;
}
