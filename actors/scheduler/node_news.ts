import type { NodeNews } from "../protocol.ts";
import type { CommitContext } from "./commit.ts";
import type { Effects } from "./effects.ts";

/** What other nodes have to hear of a commit; null: nothing of it concerns them. */
export function newsOf(effects: Effects, { queues, role }: CommitContext): NodeNews | null {
  const ready = [...effects.ready.values(), ...effects.leftToOthers.values()]
    .filter(({ queue }) => !queues.get(queue).paused);
  // Only the leader looks at schedules, and it knows what it does with them itself.
  const refresh = effects.queues.length > 0 || (effects.schedules.size > 0 && !role.leads);
  const news = {
    lastSeq: effects.lastSeq,
    ended: effects.endedIds,
    endedWorkflows: effects.endedWorkflowIds,
    logged: [...effects.logged],
    ready,
    freed: [...effects.freedQueues],
    cancels: [...effects.cancelsElsewhere].map(([node, runs]) => ({ node, runs })),
    refresh,
  };
  const isSilent = news.lastSeq === 0 && effects.logged.size === 0 && ready.length === 0 &&
    news.freed.length === 0 &&
    news.cancels.length === 0 && !refresh;
  return isSilent ? null : news;
}
