/** The node and its cluster in a few numbers. */
import type { SystemView } from "../../../schema.ts";
import { formatCount, formatDuration, formatNumber } from "../../ui/format.ts";
import { Stat, StatList } from "../../ui/stat.tsx";
import { TimeText } from "../../ui/time_text.tsx";

/** Readiness, leadership, commits, the clock. */
export function SystemStats({ system }: { readonly system: SystemView }) {
  const { ready, notReady, term, nodes, clockSteps, lastClockStep, abandonedIsolates } = system;
  const leader = nodes.find((node) => node.leader);
  const there = nodes.filter(({ state }) => state === "active" || state === "suspect").length;
  const isShared = nodes.length > 1 || term !== 1;
  return (
    <StatList>
      <Stat
        label="This node"
        value={ready ? "ready" : "not ready"}
        tone={ready ? "good" : "bad"}
        note={notReady.length === 0 ? `Deno ${system.denoVersion}` : notReady.join("; ")}
      />
      <Stat
        label="Nodes"
        value={formatNumber(there)}
        note={isShared ? "share the database" : "alone"}
      />
      <Stat
        label="Leader"
        value={leader === undefined
          ? "none"
          : leader.id === system.node
          ? "this node"
          : "another node"}
        tone={leader === undefined ? "bad" : "neutral"}
        note={leader === undefined || leader.id === system.node
          ? `term ${formatNumber(term)}`
          : `${leader.id}, term ${formatNumber(term)}`}
      />
      <CommitStats commits={system.commits} />
      <Stat
        label="Steps of the clock"
        value={formatNumber(clockSteps)}
        note={lastClockStep === null ? "since the start" : (
          <>
            the last of {formatDuration(lastClockStep.byMs)}, <TimeText value={lastClockStep.at} />
          </>
        )}
      />
      {abandonedIsolates === 0 ? null : (
        <Stat
          label="Isolates given up"
          value={formatNumber(abandonedIsolates)}
          tone="bad"
          note="each may hold a core until the node restarts"
        />
      )}
    </StatList>
  );
}

function CommitStats({ commits: { count, from, ms, items } }: Pick<SystemView, "commits">) {
  if (ms === null || items === null) {
    return <Stat label="Commits" value="none" note="since the start of this node" />;
  }
  return (
    <>
      <Stat
        label="Commit time"
        value={formatDuration(ms.p50)}
        tone={ms.p99 >= SLOW_MS ? "bad" : "neutral"}
        note={`90 % under ${formatDuration(ms.p90)}, 99 % under ${
          formatDuration(ms.p99)
        }, longest ${formatDuration(ms.max)}`}
      />
      <Stat
        label="In one commit"
        value={formatCount(items.p50, "item")}
        note={
          <>
            99 % up to {formatNumber(items.p99)}; of {formatCount(count, "commit")} since{" "}
            <TimeText value={from} as="time" />
          </>
        }
      />
    </>
  );
}

/** The node's log complains of commits that take so long. */
const SLOW_MS = 250;
