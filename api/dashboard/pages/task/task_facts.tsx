/** What is known of a task besides: its settings, its times, where it ran. */
import type { ReactNode } from "react";
import { Link } from "wouter";
import type { TaskView } from "../../../schema.ts";
import { formatDuration } from "../../ui/format.ts";
import { DurationText, TimeText } from "../../ui/time_text.tsx";

/** The facts that are there. */
export function TaskFacts({ task }: { readonly task: TaskView }) {
  return (
    <section className="section" aria-labelledby="task-facts">
      <h2 id="task-facts">Details</h2>
      <dl className="task-facts">
        <Settings task={task} />
        <Times task={task} />
        <Places task={task} />
      </dl>
    </section>
  );
}

interface FactProps {
  readonly name: string;
  /** Null: there is no such fact of this task. */
  readonly children: ReactNode;
}

function Fact({ name, children }: FactProps) {
  if (children === null) return null;
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Settings({ task }: { readonly task: TaskView }) {
  const { queue, method, crashes, status } = task;
  return (
    <>
      <Fact name="Queue">
        <Link href={`/tasks?queue=${encodeURIComponent(queue)}`}>{queue}</Link>
      </Fact>
      <Fact name="Method">
        <Link href={`/methods/${encodeURIComponent(method)}`}>{method}</Link>
      </Fact>
      <Fact name="Priority">{task.priority}</Fact>
      <Fact name="Attempts">{`${task.attempt} of ${task.maxAttempts}`}</Fact>
      <Fact name="Time limit of one attempt">{formatDuration(task.timeoutMs)}</Fact>
      <Fact name="Concurrency key">{task.concurrencyKey}</Fact>
      <Fact name="Trigger rule">
        {task.deps.length === 0 ? null : <code>{task.triggerRule}</code>}
      </Fact>
      <Fact name="Wave in its workflow">{task.workflowId === null ? null : task.wave}</Fact>
      {/* A run that has not ended yet counts until it does. */}
      <Fact name="Crashes">{crashes <= (status === "running" ? 1 : 0) ? null : crashes}</Fact>
      <Fact name="Labels">
        {Object.keys(task.labels).length === 0 ? null : <Labels labels={task.labels} />}
      </Fact>
    </>
  );
}

function Labels({ labels }: Pick<TaskView, "labels">) {
  return (
    <ul className="task-labels">
      {Object.entries(labels).map(([name, value]) => (
        <li key={name}>
          <Link href={`/tasks?label=${encodeURIComponent(`${name}:${value}`)}`}>
            {name}: {value}
          </Link>
        </li>
      ))}
    </ul>
  );
}

function Times({ task }: { readonly task: TaskView }) {
  return (
    <>
      <Fact name="Submitted">{timeOrNull(task.createdAt)}</Fact>
      <Fact name="Due">{timeOrNull(task.runAt)}</Fact>
      <Fact name="Started">{timeOrNull(task.startedAt)}</Fact>
      <Fact name="Ended">{timeOrNull(task.finishedAt)}</Fact>
      <Fact name={task.finishedAt === null ? "Age" : "From submission to end"}>
        <DurationText from={task.createdAt} to={task.finishedAt} />
      </Fact>
      <Fact name="Told to stop">{timeOrNull(task.cancelRequestedAt)}</Fact>
    </>
  );
}

function timeOrNull(value: string | null) {
  return value === null ? null : <TimeText value={value} />;
}

/** Of a definition's hash, what tells it from others. */
const DEFINITION_LENGTH = "sha256-".length + 12;

function Places({ task: { node, executor, definition } }: { readonly task: TaskView }) {
  return (
    <>
      <Fact name="Node">{node === null ? null : <code>{node}</code>}</Fact>
      <Fact name="Executor">{executor === null ? null : <code>{executor}</code>}</Fact>
      <Fact name="Definition">
        {definition === null
          ? null
          : <code title={definition}>{definition.slice(0, DEFINITION_LENGTH)}…</code>}
      </Fact>
    </>
  );
}
