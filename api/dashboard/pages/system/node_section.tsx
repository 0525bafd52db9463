/** One node: how it is, and its actors. */
import { useId } from "react";
import type { NodeView } from "../../../schema.ts";
import { formatCount, formatNumber } from "../../ui/format.ts";
import { TimeText } from "../../ui/time_text.tsx";
import { ActorTable } from "./actor_table.tsx";
import { RunTable } from "./run_table.tsx";
import { StateBadge } from "./state_badge.tsx";

interface NodeSectionProps {
  readonly node: NodeView;
  /** It is the one that serves this page. */
  readonly isOwn: boolean;
}

/** The node; those that are gone without their actors, which are gone, too. */
export function NodeSection({ node, isOwn }: NodeSectionProps) {
  const heading = useId();
  const { id, state, leader, version, address, load, methods, notReady, actors } = node;
  const isThere = state === "active" || state === "suspect";
  const restarts = actors.reduce((sum, actor) => sum + actor.restarts, 0);
  return (
    <section className="section" aria-labelledby={heading}>
      <div className="node-head">
        <h2 id={heading}>{id}</h2>
        <StateBadge state={state} />
        {leader ? <span className="badge status-running">leads</span> : null}
        {isOwn ? <span className="muted">this node</span> : null}
      </div>
      <p className="muted">
        dtask {version}
        {address.http === null ? "" : " at "}
        {address.http === null || isOwn ? address.http : <a href={address.http}>{address.http}</a>}
        {address.grpc === null ? "" : `, gRPC ${address.grpc}`}
        {" · "}
        {formatNumber(load.held)} of {formatNumber(load.slots)} slots in use ·{" "}
        {formatCount(methods, "method")} · {formatCount(restarts, "restart")} · started{" "}
        <TimeText value={node.startedAt} /> · last heard <TimeText value={node.renewedAt} />
      </p>
      {isThere && notReady.length > 0 ? <NotReady reasons={notReady} /> : null}
      {isThere && !isOwn ? <Runs node={node} /> : null}
      {isThere ? <Actors node={node} isOwn={isOwn} /> : null}
    </section>
  );
}

function NotReady({ reasons }: { readonly reasons: readonly string[] }) {
  return (
    <div className="note note-warning">
      <p>It takes no work:</p>
      <ul>
        {reasons.map((reason) => <li key={reason}>{reason}</li>)}
      </ul>
    </div>
  );
}

/** What another node has to run, waiting ones too: its executors say more on its own page. */
function Runs({ node: { id, runs, load } }: Pick<NodeSectionProps, "node">) {
  if (runs === null) return <p className="muted">What it runs can't be read now.</p>;
  if (runs.length === 0) return null;
  const all = Math.max(runs.length, load.held);
  return (
    <details className="details">
      <summary>
        {formatCount(runs.length, "run")}
        {runs.length < NODE_RUNS ? "" : ` of ${formatNumber(all)}, those given to it first`}
      </summary>
      <RunTable node={id} runs={runs} />
    </details>
  );
}

/** The server shows so many of a node at most. */
const NODE_RUNS = 200;

/** Of other nodes in short, unless something is wrong with them. */
function Actors({ node: { id, actors }, isOwn }: NodeSectionProps) {
  const table = <ActorTable node={id} actors={actors} />;
  if (isOwn) return table;
  const troubled = actors.filter(({ state }) => state !== "ready").length;
  return (
    <details className="details" open={troubled > 0 || undefined}>
      <summary>
        {formatCount(actors.length, "actor")},{" "}
        {troubled === 0 ? "all ready" : `${formatNumber(troubled)} not ready`}
      </summary>
      {table}
    </details>
  );
}
