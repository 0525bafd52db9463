/** What failed, and what that keeps from running: first what one has to do something about. */
import { Link } from "wouter";
import { Button } from "../../ui/button.tsx";
import { formatCount } from "../../ui/format.ts";
import { failures, heldBack } from "./held_back.ts";
import { labelOf, type TaskGraph, type TaskStatus } from "./task_graph.ts";

interface TroubleNoteProps {
  readonly graph: TaskGraph;
  readonly statuses: readonly TaskStatus[];
  /** Looks at a task in the graph. */
  readonly onShow: (task: number) => void;
}

const NAMED_MAX = 3;

/** The note; nothing where nothing failed. */
export function TroubleNote({ graph, statuses, onShow }: TroubleNoteProps) {
  const failed = failures(statuses).filter((task) => statuses[task] === "failed");
  if (failed.length === 0) return null;
  const held = heldBack(graph, statuses, failed).size;
  return (
    <div className="note note-problem trouble">
      <p>
        <strong>{formatCount(failed.length, "task")} failed</strong>
        {held === 0 ? "" : `, and ${formatCount(held, "other")} did not run because of that`}:{" "}
        {failed.slice(0, NAMED_MAX).map((task) => (
          <span key={task} className="trouble-task">
            <FailedTask graph={graph} task={task} />
            <Button kind="quiet" icon="search" iconOnly onClick={() => onShow(task)}>
              Show {labelOf(graph.tasks[task] ?? { id: "", key: null })} in the graph
            </Button>
          </span>
        ))}
        {failed.length > NAMED_MAX ? `and ${failed.length - NAMED_MAX} more.` : null}
      </p>
    </div>
  );
}

function FailedTask({ graph, task }: { readonly graph: TaskGraph; readonly task: number }) {
  const { id = "", key = null } = graph.tasks[task] ?? {};
  return <Link href={`/tasks/${encodeURIComponent(id)}`}>{labelOf({ id, key })}</Link>;
}
