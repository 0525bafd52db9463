/** The system: the nodes with their actors, what the executors run, the leader, the store. */
import { useSystem } from "../../data/system.ts";
import { Button } from "../../ui/button.tsx";
import { PageHeader } from "../../ui/page_header.tsx";
import { ProblemNote } from "../../ui/problem_note.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { ExecutorTable } from "./executor_table.tsx";
import { NodeSection } from "./node_section.tsx";
import { SystemStats } from "./system_stats.tsx";

/** The page at `/system`. */
export function SystemPage() {
  const { data: system, error, refetch } = useSystem();
  return (
    <>
      <PageHeader
        title="System"
        aside={system === undefined ? null : <span className="muted">seen from {system.node}</span>}
        actions={<Button icon="retry" onClick={() => refetch()}>Read again</Button>}
      />
      {error === null ? null : <ProblemNote problem={error} onRetry={() => refetch()} />}
      {system === undefined ? error === null ? <Skeleton label="the system" lines={8} /> : null : (
        <>
          <section className="section" aria-label="In numbers">
            <SystemStats system={system} />
          </section>
          <section className="section" aria-labelledby="executors-heading">
            <h2 id="executors-heading">Executors of this node</h2>
            <ExecutorTable executors={system.executors} />
          </section>
          {system.nodes
            .toSorted((a, b) => Number(b.id === system.node) - Number(a.id === system.node))
            .map((node) => (
              <NodeSection
                key={node.id}
                node={node}
                isOwn={node.id === system.node}
              />
            ))}
        </>
      )}
    </>
  );
}
