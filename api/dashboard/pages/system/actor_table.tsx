/** The actor tree of a node. */
import type { Column } from "../../ui/data_table.tsx";
import { DataTable } from "../../ui/data_table.tsx";
import { EmptyState } from "../../ui/empty_state.tsx";
import { formatNumber } from "../../ui/format.ts";
import { TimeText } from "../../ui/time_text.tsx";
import { type Actor, placeActors, type PlacedActor, waitingText } from "./actor_tree.ts";
import { StateBadge } from "./state_badge.tsx";

const COLUMNS: readonly Column<PlacedActor>[] = [
  {
    id: "name",
    header: "Actor",
    cell: ({ actor, level }) => (
      <span className={`actor-name actor-level-${Math.min(level, 3)}`}>{actor.name}</span>
    ),
  },
  { id: "state", header: "State", cell: ({ actor }) => <StateBadge state={actor.state} /> },
  {
    id: "mailbox",
    header: "Mailbox",
    cell: ({ actor }) => waitingText(actor) ?? <span className="muted">empty</span>,
  },
  {
    id: "restarts",
    header: "Restarts",
    align: "end",
    cell: ({ actor }) => formatNumber(actor.restarts),
  },
  {
    id: "since",
    header: "Started",
    wideOnly: true,
    cell: ({ actor }) => (
      <span className="keep">
        <TimeText value={actor.startedAt} />
      </span>
    ),
  },
  {
    id: "error",
    header: "Last error",
    cell: ({ actor: { lastError, lastErrorAt } }) =>
      lastError === null ? <span className="muted">none</span> : (
        <span>
          {lastError} {lastErrorAt === null ? null : (
            <span className="muted">
              (<TimeText value={lastErrorAt} />)
            </span>
          )}
        </span>
      ),
  },
];

interface ActorTableProps {
  readonly node: string;
  readonly actors: readonly Actor[];
}

/** The table. */
export function ActorTable({ node, actors }: ActorTableProps) {
  return (
    <DataTable
      caption={`Actors of ${node}`}
      columns={COLUMNS}
      rows={placeActors(actors)}
      rowKey={({ actor }) => actor.name}
      empty={
        <EmptyState title="It has said nothing of its actors yet.">
          Nodes tell each other every 2 s.
        </EmptyState>
      }
    />
  );
}
