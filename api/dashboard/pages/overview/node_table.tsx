/** The nodes that share the database, and which of them leads. */
import type { NodeView } from "../../../schema.ts";
import { useSystem } from "../../data/system.ts";
import { useAllowed } from "../../session/session.ts";
import { type Column, DataTable } from "../../ui/data_table.tsx";
import { formatNumber } from "../../ui/format.ts";
import { TimeText } from "../../ui/time_text.tsx";
import { StateBadge } from "../system/state_badge.tsx";

const COLUMNS: readonly Column<NodeView>[] = [
  { id: "id", header: "Node", cell: ({ id }) => <strong>{id}</strong> },
  { id: "role", header: "Role", cell: ({ leader }) => leader ? "leader" : "member" },
  { id: "state", header: "State", cell: ({ state }) => <StateBadge state={state} /> },
  {
    id: "load",
    header: "Runs / slots",
    align: "end",
    cell: ({ load }) => `${formatNumber(load.held)} / ${formatNumber(load.slots)}`,
  },
  { id: "started", header: "Started", cell: ({ startedAt }) => <TimeText value={startedAt} /> },
  { id: "version", header: "Version", wideOnly: true, cell: ({ version }) => version },
];

/** The table, or why it is not shown. */
export function NodeTable() {
  return useAllowed("admin")
    ? <Nodes />
    : <p className="muted">Nodes and their leader are shown to who has the scope admin.</p>;
}

function Nodes() {
  const { data, error, refetch } = useSystem();
  return (
    <DataTable
      caption="Nodes"
      columns={COLUMNS}
      rows={data?.nodes}
      rowKey={({ id }) => id}
      rowLink={() => "/system"}
      problem={error}
      onRetry={() => refetch()}
      empty={null}
    />
  );
}
