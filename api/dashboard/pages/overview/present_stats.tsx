/** How it is now, in numbers. */
import { Link } from "wouter";
import type { StatsView } from "../../../schema.ts";
import { formatNumber, formatRate } from "../../ui/format.ts";
import { Stat, StatList } from "../../ui/stat.tsx";
import { TimeText } from "../../ui/time_text.tsx";
import { firstInLine, totalOf } from "./queue_lines.ts";

/** Rates, depths, what is first in line, and what was given up. */
export function PresentStats({ stats }: { readonly stats: StatsView }) {
  const { submittedPerSecond, finishedPerSecond } = stats.rates;
  const first = firstInLine(stats);
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
        note={first === null ? "nothing waits" : (
          <>
            first in line:{" "}
            <Link href={`/tasks/${encodeURIComponent(first.id)}`}>
              {first.id}
            </Link>
            , ready <TimeText value={first.since} />
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
