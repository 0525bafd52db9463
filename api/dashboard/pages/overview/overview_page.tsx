/** The overview: how it is now, and how the last minutes, hour or day went. */
import { useMemo } from "react";
import { useSearch } from "wouter";
import { usePulse } from "../../data/pulse.ts";
import { useHistory } from "../../data/stats.ts";
import { PageHeader } from "../../ui/page_header.tsx";
import { ProblemNote } from "../../ui/problem_note.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { NodeTable } from "./node_table.tsx";
import { PresentStats } from "./present_stats.tsx";
import { queueLines } from "./queue_lines.ts";
import { QueueTable } from "./queue_table.tsx";
import { TrafficCharts } from "./traffic_charts.tsx";
import { WindowChoice } from "./window_choice.tsx";
import { WindowStats } from "./window_stats.tsx";
import { type WindowChoice as Choice, windowOf } from "./windows.ts";

/** The page at `/`. */
export function OverviewPage() {
  const choice = windowOf(useSearch());
  return (
    <>
      <PageHeader title="Overview" />
      <Present />
      <Past choice={choice} />
      <section className="section" aria-labelledby="nodes-head">
        <h2 id="nodes-head">Nodes</h2>
        <NodeTable />
      </section>
    </>
  );
}

function Present() {
  const pulse = usePulse();
  const lines = useMemo(() => pulse === null ? null : queueLines(pulse.stats), [
    pulse,
  ]);
  return (
    <>
      <section className="section" aria-label="Now">
        {pulse === null
          ? <Skeleton label="numbers" lines={3} />
          : <PresentStats stats={pulse.stats} />}
      </section>
      <section className="section" aria-labelledby="queues-head">
        <h2 id="queues-head">Queues</h2>
        {lines === null ? <Skeleton label="queues" /> : <QueueTable lines={lines} />}
      </section>
    </>
  );
}

function Past({ choice: { window, span } }: { readonly choice: Choice }) {
  const { data, error, refetch } = useHistory(window);
  return (
    <section className="section" aria-labelledby="past-head">
      <div className="section-head">
        <h2 id="past-head">The {span}</h2>
        <WindowChoice chosen={window} />
      </div>
      {error === null ? null : <ProblemNote problem={error} onRetry={() => refetch()} />}
      {data === undefined
        ? error === null ? <Skeleton label="what happened" lines={8} /> : null
        : (
          <>
            <WindowStats total={data.total} />
            <TrafficCharts history={data} />
          </>
        )}
    </section>
  );
}
