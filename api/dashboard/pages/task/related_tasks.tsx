/** What a task belongs to: what it depends on and what depends on it, its schedule, its failures. */
import { type ReactNode, useState } from "react";
import { Link } from "wouter";
import type { TaskView } from "../../../schema.ts";
import { ApiProblem } from "../../data/api.ts";
import { useDependents, useFoundTasks, useRelatedTask } from "../../data/task.ts";
import { Button } from "../../ui/button.tsx";
import { formatCount, formatExactTime } from "../../ui/format.ts";
import { ProblemNote } from "../../ui/problem_note.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { StatusBadge } from "../../ui/status_badge.tsx";
import { handlersQuery, originOf, taskPath } from "./task_links.ts";

/** Shown at first, and more of them at each wish. */
const STEP = 10;

interface RelatedTasksProps {
  readonly task: TaskView;
  /** False for a task that is gone: nothing of it can be read any more. */
  readonly live: boolean;
}

/** The links. */
export function RelatedTasks({ task, live }: RelatedTasksProps) {
  return (
    <section className="section" aria-labelledby="task-related">
      <h2 id="task-related">Related</h2>
      <div className="task-related">
        <Origin task={task} />
        <Dependencies task={task} />
        <Dependents id={task.id} live={live} />
        <Handlers task={task} />
      </div>
    </section>
  );
}

function Group(
  { title, children }: { readonly title: string; readonly children: ReactNode },
) {
  return (
    <div>
      <h3>{title}</h3>
      {children}
    </div>
  );
}

/** Where it comes from. */
function Origin({ task }: { readonly task: TaskView }) {
  const { schedule, tick, failed } = originOf(task);
  const { workflowId } = task;
  if (schedule === null && failed === null && workflowId === null) return null;
  return (
    <Group title="Comes from">
      <ul className="task-list">
        {workflowId === null ? null : (
          <li>
            workflow{" "}
            <Link href={`/workflows/${encodeURIComponent(workflowId)}`}>
              {workflowId}
            </Link>
          </li>
        )}
        {schedule === null ? null : (
          <li>
            schedule{" "}
            <Link href={`/schedules/${encodeURIComponent(schedule)}`}>
              {schedule}
            </Link>
            <span className="muted">
              {tick === null
                ? "started by hand"
                : `its tick of ${formatExactTime(Date.parse(tick))}`}
            </span>
          </li>
        )}
        {failed === null ? null : (
          <li>
            the failure of <Link href={taskPath(failed)}>{failed}</Link>
          </li>
        )}
      </ul>
    </Group>
  );
}

function Dependencies(
  { task: { deps, triggerRule } }: { readonly task: TaskView },
) {
  const [shown, setShown] = useState(STEP);
  if (deps.length === 0) return null;
  const rule = triggerRule === "all_success" ? "" : ` (${triggerRule})`;
  return (
    <Group title={`Depends on ${formatCount(deps.length, "task")}${rule}`}>
      <ul className="task-list">
        {deps.slice(0, shown).map((id) => <Dependency key={id} id={id} />)}
      </ul>
      {shown < deps.length
        ? (
          <Button kind="quiet" onClick={() => setShown(shown + STEP)}>
            Show more of {formatCount(deps.length, "task")}
          </Button>
        )
        : null}
    </Group>
  );
}

function Dependency({ id }: { readonly id: string }) {
  const { data, error } = useRelatedTask(id);
  const removed = error instanceof ApiProblem && error.status === 404;
  return (
    <li>
      {data === undefined ? null : <StatusBadge status={data.status} />}
      <TaskLink id={id} task={data} />
      {removed ? <span className="muted">removed since</span> : null}
    </li>
  );
}

function Dependents({ id, live }: { readonly id: string; readonly live: boolean }) {
  const [cursors, setCursors] = useState<readonly (string | null)[]>([null]);
  return (
    <Group title="Tasks that depend on it">
      {cursors.map((cursor, index) => (
        <DependentPage
          key={cursor ?? ""}
          id={id}
          cursor={cursor}
          live={live}
          onMore={index === cursors.length - 1 ? (next) => setCursors([...cursors, next]) : null}
        />
      ))}
    </Group>
  );
}

interface DependentPageProps {
  readonly id: string;
  readonly cursor: string | null;
  readonly live: boolean;
  /** Shows the page behind `next`; null where that is shown already. */
  readonly onMore: ((next: string) => void) | null;
}

function DependentPage({ id, cursor, live, onMore }: DependentPageProps) {
  const { data, error, refetch } = useDependents(id, { cursor, live });
  if (data === undefined) {
    return error === null
      ? <Skeleton label="the tasks that depend on it" lines={1} />
      : <ProblemNote problem={error} onRetry={() => refetch()} />;
  }
  const { items, nextCursor } = data;
  if (items.length === 0) return <p className="muted">None.</p>;
  return (
    <>
      <ul className="task-list">
        {items.map((task) => (
          <li key={task.id}>
            <StatusBadge status={task.status} reason={task.reason} />
            <TaskLink id={task.id} task={task} />
          </li>
        ))}
      </ul>
      {nextCursor === null || onMore === null
        ? null
        : (
          <Button kind="quiet" onClick={() => onMore(nextCursor)}>
            Show more
          </Button>
        )}
    </>
  );
}

/** The tasks that were submitted because it failed. */
function Handlers({ task }: { readonly task: TaskView }) {
  const { data = [] } = useFoundTasks(
    task.run === 0 ? null : handlersQuery(task.id),
  );
  if (data.length === 0) return null;
  return (
    <Group title="Submitted because it failed">
      <ul className="task-list">
        {data.map((handler) => (
          <li key={handler.id}>
            <StatusBadge status={handler.status} reason={handler.reason} />
            <TaskLink id={handler.id} task={handler} />
          </li>
        ))}
      </ul>
    </Group>
  );
}

interface TaskLinkProps {
  readonly id: string;
  /** Absent while it is not known. */
  readonly task: Pick<TaskView, "key" | "method"> | undefined;
}

/** The name that says most, with the id that is always there. */
function TaskLink({ id, task }: TaskLinkProps) {
  return (
    <>
      <Link href={taskPath(id)}>{task?.key ?? id}</Link>
      {task === undefined ? null : <span className="muted">{task.method}</span>}
    </>
  );
}
