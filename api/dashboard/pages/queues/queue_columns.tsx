/** The columns of the list of queues. */
import type { QueueView } from "../../../schema.ts";
import { Button } from "../../ui/button.tsx";
import type { Column } from "../../ui/data_table.tsx";
import { formatDuration, formatNumber } from "../../ui/format.ts";
import { Icon } from "../../ui/icon.tsx";

/** What can be done with a queue. */
export interface QueueActions {
  readonly onPause: (queue: QueueView) => void;
  readonly onEdit: (queue: QueueView) => void;
}

/** The columns; `actions` are null where the user may do nothing. */
export function queueColumns(
  actions: QueueActions | null,
): Column<QueueView>[] {
  return [
    {
      id: "name",
      header: "Queue",
      cell: ({ name }) => <strong>{name}</strong>,
    },
    {
      id: "state",
      header: "State",
      cell: ({ paused }) => <QueueState paused={paused} />,
    },
    count("Pending", "pending"),
    count("Running", "running"),
    count("Scheduled", "scheduled"),
    count("Blocked", "blocked"),
    {
      id: "limits",
      header: "Limits",
      wideOnly: true,
      cell: (queue) => <span className="muted">{limitsText(queue)}</span>,
    },
    ...(actions === null ? [] : [{
      id: "actions",
      header: "Actions",
      align: "end" as const,
      cell: (queue: QueueView) => <ActionButtons queue={queue} {...actions} />,
    }]),
  ];
}

function count(
  header: string,
  status: "pending" | "running" | "scheduled" | "blocked",
) {
  return {
    id: status,
    header,
    align: "end",
    cell: ({ counts }: QueueView) => formatNumber(counts?.[status] ?? 0),
  } as const;
}

function ActionButtons(
  { queue, onPause, onEdit }: QueueActions & { readonly queue: QueueView },
) {
  const whose = <span className="visually-hidden">queue {queue.name}</span>;
  return (
    <span className="row-actions">
      <Button icon="gear" onClick={() => onEdit(queue)}>Limits {whose}</Button>
      <Button
        icon={queue.paused ? "play" : "pause"}
        onClick={() => onPause(queue)}
      >
        {queue.paused ? "Resume" : "Pause"} {whose}
      </Button>
    </span>
  );
}

function QueueState({ paused }: { readonly paused: boolean }) {
  return (
    <span className={`badge ${paused ? "status-blocked" : "status-completed"}`}>
      <Icon name={paused ? "pause" : "play"} />
      {paused ? "paused" : "open"}
    </span>
  );
}

/** The limits of a queue in words. */
export function limitsText(
  { concurrency, rateLimit, keyConcurrency, weight }: QueueView,
): string {
  const parts = [
    concurrency === null ? null : `${formatNumber(concurrency)} at a time`,
    rateLimit === null
      ? null
      : `${formatNumber(rateLimit.limit)} per ${formatDuration(rateLimit.perMs)}`,
    keyConcurrency === null ? null : `${formatNumber(keyConcurrency)} per key`,
    weight === 1 ? null : `weight ${weight}`,
  ].filter((part) => part !== null);
  return parts.length === 0 ? "none" : parts.join(", ");
}
