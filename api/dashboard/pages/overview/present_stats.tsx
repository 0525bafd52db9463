/** How it is now, in numbers. */
import { Link } from "wouter";
import type { StatsView } from "../../../schema.ts";
import { formatNumber, formatRate } from "../../ui/format.ts";
import { Stat, StatList } from "../../ui/stat.tsx";
import { TimeText } from "../../ui/time_text.tsx";
import { longestWaiting, totalOf } from "./queue_lines.ts";

/** Rates, depths, and what waits too long. */
export function PresentStats({ stats }: { readonly stats: StatsView }) {
  const { submittedPerSecond, finishedPerSecond } = stats.rates;
  const oldest = longestWaiting(stats);
  const { deadLetters } = stats;
  return (
    <StatList>
      <Stat
        label="In"
        value={formatRate(submittedPerSecond)}
        note="submitted, last minute"
      />
      <Stat
        label="Out"
        value={formatRate(finishedPerSecond)}
        note="ended, last minute"
      />
      <Stat
        label="Waiting"
        value={formatNumber(totalOf(stats, "pending"))}
        note={oldest === null ? "nothing waits" : (
          <>
            longest:{" "}
            <Link href={`/tasks/${encodeURIComponent(oldest.id)}`}>
              {oldest.id}
            </Link>
            {", "}
            <TimeText value={oldest.since} />
          </>
        )}
      />
      <Stat
        label="Running"
        value={formatNumber(totalOf(stats, "running"))}
        note={<Link href="/tasks?status=running">what runs</Link>}
      />
      <Stat
        label="Dead letters"
        value={formatNumber(deadLetters)}
        tone={deadLetters === 0 ? "neutral" : "bad"}
        note={deadLetters === 0
          ? "nothing was given up"
          : <Link href="/dead-letters">look at them</Link>}
      />
    </StatList>
  );
}
