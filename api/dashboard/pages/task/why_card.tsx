/** Why a task is not done yet, or how it ended: what one comes to the page for. */
import type { ReactNode } from "react";
import type { ExplanationView, TaskView } from "../../../schema.ts";
import { useExplanation } from "../../data/task.ts";
import { ProblemNote } from "../../ui/problem_note.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { CauseTasks } from "./cause_tasks.tsx";
import { ErrorText } from "./error_text.tsx";
import { namesIn } from "./explain_text.ts";
import { Explained } from "./explained.tsx";
import { hasEnded } from "./task_links.ts";

/** The answer, and below it what of the task's neighbours it is about. */
export function WhyCard({ task }: { readonly task: TaskView }) {
  const live = !hasEnded(task);
  const { data, error, refetch } = useExplanation(task.id, { live });
  return (
    <section
      className={`card task-why status-edge-${task.status}`}
      aria-labelledby="task-why"
    >
      <h2 id="task-why">{headingOf(task)}</h2>
      {error === null ? null : <ProblemNote problem={error} onRetry={() => refetch()} />}
      {/* What it says changes with the time that passes, which nobody wants to be told of. */}
      <p className="visually-hidden" role="status">The task is {task.status}.</p>
      {data === undefined ? <Waiting failed={error !== null} /> : <Answer explanation={data} />}
      {task.status === "failed" && task.error !== null
        ? <ErrorText error={task.error} open />
        : null}
    </section>
  );
}

function headingOf({ status }: TaskView): string {
  switch (status) {
    case "failed":
      return "Why it failed";
    case "skipped":
      return "Why it was skipped";
    case "completed":
    case "cancelled":
      return "How it ended";
    case "running":
      return "What it is doing";
    default:
      return "Why it is not done yet";
  }
}

function Waiting({ failed }: { readonly failed: boolean }): ReactNode {
  return failed ? null : <Skeleton label="why" lines={2} />;
}

function Answer({ explanation }: { readonly explanation: ExplanationView }) {
  const { id, sentence, change, causes } = explanation;
  const [deciding, ...others] = causes;
  const on = { own: id, names: namesIn(causes) };
  return (
    <>
      <p className="task-why-sentence">
        <Explained text={sentence} {...on} />
      </p>
      {/* Of what is done there is nothing to change. */}
      {explanation.status === "completed" ? null : (
        <p className="muted">
          <Explained text={change} {...on} />
        </p>
      )}
      {deciding === undefined ? null : <CauseTasks cause={deciding} on={on} />}
      {others.length === 0 ? null : (
        <>
          <h3>Also in its way</h3>
          <ul className="task-why-others">
            {others.map((cause) => (
              <li key={cause.code}>
                <Explained text={cause.sentence} {...on} />
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}
