/** A task: why it is where it is, what it was given and gave, its runs, its log, what it belongs to. */
import { useState } from "react";
import type { TaskView } from "../../../schema.ts";
import { ApiProblem } from "../../data/api.ts";
import { startAfter } from "../../data/log_lines.ts";
import { useTask } from "../../data/task.ts";
import { useTaskFeed } from "../../data/task_feed.ts";
import { CopyButton } from "../../ui/copy_button.tsx";
import { EmptyState } from "../../ui/empty_state.tsx";
import { JsonView } from "../../ui/json_view.tsx";
import { type Crumb, PageHeader } from "../../ui/page_header.tsx";
import { ProblemNote } from "../../ui/problem_note.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { StatusBadge } from "../../ui/status_badge.tsx";
import type { PageProps } from "../pages.ts";
import { AttemptList } from "./attempt_list.tsx";
import { LogView } from "./log_view.tsx";
import { ProgressBar } from "./progress_bar.tsx";
import { RelatedTasks } from "./related_tasks.tsx";
import { TaskActions } from "./task_actions.tsx";
import { TaskFacts } from "./task_facts.tsx";
import { hasEnded } from "./task_links.ts";
import { WhyCard } from "./why_card.tsx";

/** The page at `/tasks/{id}`. */
export function TaskPage({ target }: PageProps) {
  const { data: task, error, refetch } = useTask(target);
  if (task !== undefined) return <KnownTask task={task} removed={isUnknown(error)} />;
  return (
    <>
      <PageHeader title="Task" breadcrumbs={[ALL_TASKS]} />
      {error === null
        ? <Skeleton label="the task" lines={8} />
        : <NoTask id={target} problem={error} onRetry={() => refetch()} />}
    </>
  );
}

function isUnknown(problem: Error | null): boolean {
  return problem instanceof ApiProblem && problem.status === 404;
}

const ALL_TASKS: Crumb = { label: "Tasks", href: "/tasks" };

interface NoTaskProps {
  readonly id: string;
  readonly problem: Error;
  readonly onRetry: () => void;
}

function NoTask({ id, problem, onRetry }: NoTaskProps) {
  if (!isUnknown(problem)) return <ProblemNote problem={problem} onRetry={onRetry} />;
  return (
    <EmptyState title="There is no task with this id.">
      <p>
        <code>{id}</code>{" "}
        was never submitted, or it has been removed: the node removes tasks some days after their
        end (7 days, failed ones 30, unless it was started with other times), and people can delete
        them.
      </p>
    </EmptyState>
  );
}

interface KnownTaskProps {
  readonly task: TaskView;
  /** It is not there any more, as far as the server said when it was read last. */
  readonly removed: boolean;
}

/** So many of the newest runs are told of at first: each may have logged a thousand lines. */
const LOGGED_RUNS = 5;

function KnownTask({ task, removed }: KnownTaskProps) {
  // Fixed when the page is opened: a further run must not make the log begin elsewhere.
  const [after, setAfter] = useState(() => startAfter(task.run, LOGGED_RUNS));
  const feed = useTaskFeed(task.id, { after, open: !removed });
  const gone = removed || feed.gone;
  return (
    <>
      <PageHeader
        title={task.method}
        aside={<StatusBadge status={task.status} reason={task.reason} />}
        breadcrumbs={crumbsOf(task)}
        actions={gone ? undefined : <TaskActions task={task} />}
      />
      <p className="task-page-id">
        <code>{task.id}</code>
        <CopyButton text={task.id} label="Copy id" />
        {task.key === null ? null : <span className="muted">key {task.key}</span>}
      </p>
      {gone ? <GoneNote /> : <WhyCard task={task} />}
      {task.progress === null ? null : <ProgressBar task={task} progress={task.progress} />}
      <TaskValues task={task} />
      <AttemptList task={task} />
      <LogView
        task={task}
        feed={feed}
        onEarlier={after === null ? null : () => setAfter(null)}
      />
      <RelatedTasks task={task} live={!gone} />
      <TaskFacts task={task} />
    </>
  );
}

function crumbsOf({ workflowId }: TaskView): readonly Crumb[] {
  if (workflowId === null) return [ALL_TASKS];
  const href = `/workflows/${encodeURIComponent(workflowId)}`;
  return [{ label: "Workflows", href: "/workflows" }, {
    label: workflowId,
    href,
  }];
}

function GoneNote() {
  return (
    <div className="note note-warning" role="status">
      <p>
        This task was deleted while you looked at it. What is below is how it was last.
      </p>
    </div>
  );
}

function TaskValues({ task }: { readonly task: TaskView }) {
  const { args, status, result } = task;
  return (
    <div className="task-values">
      <section className="section" aria-labelledby="task-args">
        <h2 id="task-args">Arguments</h2>
        {args === null
          ? <Skeleton label="the arguments" lines={2} />
          : <JsonView value={args} label="arguments" />}
      </section>
      <section className="section" aria-labelledby="task-result">
        <h2 id="task-result">Result</h2>
        {status === "completed"
          ? task.resultOmitted === true
            ? <Skeleton label="the result" lines={2} />
            : <JsonView value={result} label="result" />
          : (
            <p className="task-nothing muted">
              {hasEnded(task) ? "None: it did not complete." : "None yet: it has not completed."}
            </p>
          )}
      </section>
    </div>
  );
}
