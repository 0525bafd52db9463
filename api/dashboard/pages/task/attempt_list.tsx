/** The runs of a task on one scale of time, with the waits between them. */
import { useState } from "react";
import type { AttemptView, TaskView } from "../../../schema.ts";
import { useAttempts } from "../../data/task.ts";
import { Badge, type BadgeLook } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { useNow } from "../../ui/clock.ts";
import { formatCount, formatDuration } from "../../ui/format.ts";
import { ProblemNote } from "../../ui/problem_note.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { DurationText, TimeText } from "../../ui/time_text.tsx";
import { timelineOf, type TimelineRun } from "./attempt_timeline.ts";
import { ErrorText } from "./error_text.tsx";

/** The newest are shown at first. */
const SHOWN = 10;

/** The runs, the newest last. */
export function AttemptList({ task }: { readonly task: TaskView }) {
  const { data, error, refetch } = useAttempts(task.id);
  return (
    <section className="section" aria-labelledby="task-attempts">
      <h2 id="task-attempts">Attempts</h2>
      {error === null ? null : <ProblemNote problem={error} onRetry={() => refetch()} />}
      {data === undefined
        ? error === null ? <Skeleton label="the attempts" lines={2} /> : null
        : data.length === 0
        ? (
          <p className="task-nothing muted">
            None: its code has not been started.
          </p>
        )
        : <Runs task={task} attempts={data} />}
    </section>
  );
}

interface RunsProps {
  readonly task: TaskView;
  readonly attempts: readonly AttemptView[];
}

function Runs({ task, attempts }: RunsProps) {
  const now = useNow();
  const [all, setAll] = useState(false);
  const { runs } = timelineOf(attempts, {
    readyAt: task.runAt ?? task.createdAt,
    now,
  });
  const shown = all ? runs : runs.slice(-SHOWN);
  return (
    <>
      {shown.length < runs.length
        ? (
          <Button kind="quiet" onClick={() => setAll(true)}>
            Show all {formatCount(runs.length, "run")}
          </Button>
        )
        : null}
      <ol className="task-runs">
        {shown.map((run) => (
          <Run
            key={run.attempt.run}
            run={run}
            task={task}
          />
        ))}
      </ol>
    </>
  );
}

function Run(
  { run, task }: { readonly run: TimelineRun; readonly task: TaskView },
) {
  const { attempt, waitedMs } = run;
  const { node, executor, startedAt, finishedAt, error } = attempt;
  const isLast = attempt.run === task.run && task.status === "failed";
  return (
    <li className="task-run">
      {waitedMs === null
        ? null
        : <p className="task-wait muted">waited {formatDuration(waitedMs)}</p>}
      <div className="task-run-head">
        <strong>Run {attempt.run}</strong>
        <Outcome outcome={attempt.outcome} />
        <span className="muted">
          attempt {attempt.attempt} of {task.maxAttempts}
        </span>
        <span className="muted">
          <TimeText value={startedAt} as="time" />,{" "}
          <DurationText from={startedAt} to={finishedAt} />
        </span>
        <span className="muted">{executor} on {node}</span>
      </div>
      <Track run={run} />
      {/* The last error stands at the top of the page. */}
      {error === null || isLast ? null : <ErrorText error={error} />}
    </li>
  );
}

/** The run's place among the others: the words beside it say the same. */
function Track(
  { run: { attempt, start, length } }: { readonly run: TimelineRun },
) {
  const { like } = OUTCOMES[attempt.outcome ?? "running"];
  return (
    <svg className="task-track" aria-hidden="true" focusable="false">
      <rect className="task-track-all" width="100%" height="100%" rx="2" />
      <rect
        className={`task-track-run status-${like}`}
        x={`${100 * start}%`}
        width={`${100 * length}%`}
        height="100%"
        rx="2"
      />
    </svg>
  );
}

interface OutcomeLook extends BadgeLook {
  readonly text: string;
}

const OUTCOMES: Readonly<
  Record<NonNullable<AttemptView["outcome"]> | "running", OutcomeLook>
> = {
  running: { text: "running", like: "running", icon: "running" },
  completed: { text: "completed", like: "completed", icon: "check" },
  threw: { text: "threw an error", like: "failed", icon: "failed" },
  timeout: { text: "timed out", like: "failed", icon: "clock" },
  cancelled: { text: "cancelled", like: "cancelled", icon: "cancelled" },
  given_back: { text: "given back", like: "pending", icon: "retry" },
  crashed: { text: "crashed", like: "failed", icon: "failed" },
};

function Outcome({ outcome }: Pick<AttemptView, "outcome">) {
  const { text, ...look } = OUTCOMES[outcome ?? "running"];
  return <Badge {...look}>{text}</Badge>;
}
