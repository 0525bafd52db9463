/** The latest ticks of a schedule, and what became of them. */
import { useMemo } from "react";
import { Link } from "wouter";
import type { TickAnswer } from "../../../schema.ts";
import {
  type StartedKind,
  type StartedStatuses,
  useStartedStatuses,
  useTicks,
} from "../../data/schedules.ts";
import { Badge, type BadgeLook } from "../../ui/badge.tsx";
import { type Column, DataTable } from "../../ui/data_table.tsx";
import { EmptyState } from "../../ui/empty_state.tsx";
import { StatusBadge } from "../../ui/status_badge.tsx";
import { TimeText } from "../../ui/time_text.tsx";

const OUTCOMES: Readonly<Record<TickAnswer["outcome"], BadgeLook>> = {
  fired: { icon: "check", like: "completed" },
  triggered: { icon: "play", like: "running" },
  skipped: { icon: "skipped", like: "skipped" },
  refused: { icon: "failed", like: "failed" },
};

/** The table. */
export function TickTable(
  { schedule, kind }: { readonly schedule: string; readonly kind: StartedKind },
) {
  const ticks = useTicks(schedule);
  const { data: statuses } = useStartedStatuses(schedule, kind);
  const columns = useMemo(() => tickColumns(statuses), [statuses]);
  return (
    <DataTable
      caption="Last ticks"
      columns={columns}
      rows={ticks.data}
      rowKey={({ nominalAt, outcome }) => `${nominalAt} ${outcome}`}
      problem={ticks.error}
      onRetry={() => ticks.refetch()}
      empty={
        <EmptyState title="It has not fired yet.">
          Its ticks stand here, with what they have started or why they could not.
        </EmptyState>
      }
    />
  );
}

function tickColumns(statuses: StartedStatuses | undefined): readonly Column<TickAnswer>[] {
  return [
    {
      id: "nominal",
      header: "Tick",
      cell: ({ nominalAt }) => (
        <span className="keep">
          <TimeText value={nominalAt} as="time" />
        </span>
      ),
    },
    {
      id: "outcome",
      header: "Outcome",
      cell: ({ outcome }) => <Badge {...OUTCOMES[outcome]}>{outcome}</Badge>,
    },
    {
      id: "started",
      header: "Started",
      cell: ({ started, error }) => {
        if (started === null) return <span className="muted">{error ?? "–"}</span>;
        return (
          <Link href={`/${started.kind}s/${encodeURIComponent(started.id)}`}>{started.id}</Link>
        );
      },
    },
    {
      id: "became",
      header: "What became of it",
      cell: ({ started }) => {
        const status = started === null ? undefined : statuses?.get(started.id);
        return status === undefined
          ? <span className="muted">–</span>
          : <StatusBadge status={status} />;
      },
    },
    {
      id: "decided",
      header: "Decided",
      wideOnly: true,
      cell: ({ decidedAt }) => (
        <span className="keep">
          <TimeText value={decidedAt} />
        </span>
      ),
    },
  ];
}
