import { decideTick, isBufferedReady, surveyTicks } from "../domain/schedule_decision.ts";
import type { Commit } from "./commit.ts";
import { isLive, weightOf } from "./start_work.ts";
import { TickWriter } from "./tick_writer.ts";

/** What one commit does for schedules at most; the rest is done in the commits that follow. */
export interface TickBudget {
  /** Tasks that are started, in workflows too; a larger workflow is started alone. */
  tasks: number;
  /** Ticks that leave a row. */
  ticks: number;
  /** Ticks that came too late, which are only counted. */
  missed: number;
}

const BUDGET: Readonly<TickBudget> = { tasks: 100, ticks: 1_000, missed: 20_000 };

/** A budget for one commit. */
export function fullBudget(): TickBudget {
  return { ...BUDGET };
}

/** Decides the due ticks of the schedules that `work` names and starts what they start. */
export async function fireSchedules(
  commit: Commit,
  work: readonly (readonly string[])[],
): Promise<readonly null[]> {
  await commit.assertLeading();
  const names = [...new Set(work.flat())];
  const budget = fullBudget();
  for (const [index, name] of names.entries()) {
    if (budget.tasks <= 0 || budget.ticks <= 0 || budget.missed <= 0) break;
    // Each may use its share of what is left, so that none holds up the others with its backlog.
    const share = shareOf(budget, names.length - index);
    const left = { ...share };
    await fireSchedule(commit, name, left);
    budget.tasks -= share.tasks - left.tasks;
    budget.ticks -= share.ticks - left.ticks;
    budget.missed -= share.missed - left.missed;
  }
  return work.map(() => null);
}

function shareOf({ tasks, ticks, missed }: TickBudget, among: number): TickBudget {
  return {
    tasks: Math.ceil(tasks / among),
    ticks: Math.ceil(ticks / among),
    missed: Math.ceil(missed / among),
  };
}

async function fireSchedule(commit: Commit, name: string, budget: TickBudget): Promise<void> {
  const { tx, now, effects } = commit;
  const record = (await tx.findSchedules([name])).get(name);
  if (record === undefined || record.paused) {
    // Another node has removed or paused it, of which memory does not know yet.
    effects.schedules.set(name, record ?? null);
    return;
  }
  const mayOverlap = record.spec.overlap === "allow_all";
  const live = !mayOverlap && await isLive(commit, record.lastStarted);
  const ticks = new TickWriter(commit, record, { live });
  await startBuffered(ticks, budget);
  const survey = surveyTicks(record, {
    now,
    decided: await tx.decidedTicks(name, { after: record.decidedUntil, until: now }),
    maxMissed: budget.missed,
    maxDue: budget.ticks,
  });
  budget.missed -= survey.missed;
  ticks.miss(survey.missed);
  let until = survey.missedUntil;
  for (const nominalAt of survey.due) {
    // What the budget leaves over is surveyed again by the next commit.
    if (budget.tasks <= 0) break;
    await decide(ticks, nominalAt, budget);
    until = nominalAt === survey.due.at(-1) ? survey.until : nominalAt;
  }
  await ticks.store(survey.due.length === 0 ? survey.until : until);
}

/** Starts the tick that waits for earlier work, when it can. */
async function startBuffered(ticks: TickWriter, budget: TickBudget): Promise<void> {
  const { name, bufferedAt } = ticks.record;
  if (bufferedAt === null || !isBufferedReady(ticks.record, ticks.live)) return;
  const range = { after: bufferedAt - 1, until: bufferedAt };
  const decided = await ticks.commit.tx.decidedTicks(name, range);
  if (decided.size > 0) ticks.unbuffer();
  else await fire(ticks, bufferedAt, budget);
}

async function decide(ticks: TickWriter, nominalAt: number, budget: TickBudget): Promise<void> {
  budget.ticks--;
  switch (decideTick(ticks.record, ticks.live)) {
    case "fire":
      return await fire(ticks, nominalAt, budget);
    case "buffer":
      return ticks.buffer(nominalAt);
    case "skip":
      return ticks.skip(nominalAt);
  }
}

async function fire(ticks: TickWriter, nominalAt: number, budget: TickBudget): Promise<void> {
  budget.tasks -= weightOf(ticks.record.spec.target);
  await ticks.fire(nominalAt);
}
