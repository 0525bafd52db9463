/** The limits of a queue that keep a ready task from starting, and who takes them up. */
import type { Finding } from "./explanation.ts";
import type { Situation } from "./facts.ts";
import { busyText, command, countOf, lasting, moment, quoted } from "./wording.ts";

/** Every limit that is reached. */
export function limitFindings(situation: Situation, now: number): readonly Finding[] {
  return [
    ...queueLimit(situation, now),
    ...keyLimit(situation, now),
    ...rateLimit(situation, now),
  ];
}

function queueLimit({ queue, place }: Situation, now: number): readonly Finding[] {
  const limit = queue.concurrency;
  if (limit === null || place === null || place.inQueue.count < limit) return [];
  const { count, tasks } = place.inQueue;
  const name = quoted(queue.name);
  return [{
    code: "queue_concurrency",
    clause: limit === 0
      ? `is ready, but its queue ${name} has a limit of no running tasks at all`
      : `is ready, but its queue ${name} is at its limit of ${countOf(limit, "running task")}: ${
        busyText(tasks, count, now)
      }`,
    change: limit === 0
      ? `raise the limit: ${command(`queues set ${queue.name} --concurrency 10`)}`
      : `it starts when one of them ends or the limit is raised: ` +
        `${command(`queues set ${queue.name} --concurrency ${limit + 1}`)}`,
    details: { queue: queue.name, limit, running: count, tasks },
  }];
}

function keyLimit({ task, queue, place }: Situation, now: number): readonly Finding[] {
  const { concurrencyKey } = task;
  const limit = queue.keyConcurrency;
  if (limit === null || concurrencyKey === null || place === null) return [];
  if (place.withKey.count < limit) return [];
  const { count, tasks } = place.withKey;
  const key = `concurrency key ${quoted(concurrencyKey)} in queue ${quoted(queue.name)}`;
  return [{
    code: "key_concurrency",
    clause: limit === 0
      ? `is ready, but ${key} may run no task at all`
      : `is ready, but ${key} is at its limit of ${countOf(limit, "running task")}: ${
        busyText(tasks, count, now)
      }`,
    change: limit === 0
      ? `raise the limit: ${command(`queues set ${queue.name} --key-concurrency 1`)}`
      : `it starts when one of them ends or the limit is raised: ` +
        `${command(`queues set ${queue.name} --key-concurrency ${limit + 1}`)}`,
    details: { queue: queue.name, concurrencyKey, limit, running: count, tasks },
  }];
}

function rateLimit({ queue, conditions }: Situation, now: number): readonly Finding[] {
  const rate = conditions?.rate ?? null;
  if (rate === null || rate.left >= 1) return [];
  const { limit, perMs, nextAt } = rate;
  return [{
    code: "rate_limited",
    clause: `is ready, but its queue ${quoted(queue.name)} has used up its rate of ${
      countOf(limit, "start")
    } in ${lasting(perMs)}; the next start is at ${moment(nextAt, now)}`,
    change: "it starts when its turn comes at that rate, or when the rate is raised: " +
      `${command(`queues set ${queue.name} --rate-limit ${limit + 1}/${rateSpan(perMs)}`)}`,
    details: { queue: queue.name, limit, perMs, nextAt },
  }];
}

/** A length of time as the command line takes it. */
function rateSpan(perMs: number): string {
  return perMs % 1_000 === 0 ? `${perMs / 1_000}s` : `${perMs}ms`;
}
