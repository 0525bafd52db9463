/** Worker entry of an actor that takes outcomes as a scheduler does, and hands them to the test. */
import type {
  ExecutorAnnouncement,
  RunOutcome,
  SchedulerMessage,
  SchedulerReplies,
} from "../../../actors/protocol.ts";
import { serveActor } from "../../../actors/runtime/mod.ts";

/** What the test asks for: answered when so many outcomes are there. */
export interface AwaitOutcomes {
  readonly kind: "AwaitOutcomes";
  readonly count: number;
}

/** Answered when so many announcements are there. */
export interface AwaitAnnouncements {
  readonly kind: "AwaitAnnouncements";
  readonly count: number;
}

/** The stand-in's protocol. */
export interface StandInProtocol {
  readonly message: SchedulerMessage | AwaitOutcomes | AwaitAnnouncements;
  readonly replies: Pick<SchedulerReplies, "AnnounceExecutor" | "ReportOutcomes"> & {
    readonly AwaitOutcomes: readonly RunOutcome[];
    readonly AwaitAnnouncements: readonly ExecutorAnnouncement[];
  };
}

const outcomes: RunOutcome[] = [];
const announcements: ExecutorAnnouncement[] = [];
let waiting: (() => void)[] = [];

async function until(reached: () => boolean): Promise<void> {
  while (!reached()) await new Promise<void>((resolve) => waiting.push(resolve));
}

function wake(): void {
  const woken = waiting;
  waiting = [];
  for (const resolve of woken) resolve();
}

async function receive(message: StandInProtocol["message"]): Promise<unknown> {
  switch (message.kind) {
    case "AnnounceExecutor":
      announcements.push(message.executor);
      wake();
      return { stale: [] };
    case "ReportOutcomes":
      outcomes.push(...message.outcomes);
      wake();
      return null;
    case "AwaitOutcomes":
      await until(() => outcomes.length >= message.count);
      return outcomes;
    case "AwaitAnnouncements":
      await until(() => announcements.length >= message.count);
      return announcements;
    default:
      return null;
  }
}

serveActor<StandInProtocol, null>(() => ({ behaviour: { receive } }), { laneOf: {}, max: {} });
