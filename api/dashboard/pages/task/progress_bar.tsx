/** How far a task says that it is. */
import type { TaskView } from "../../../schema.ts";
import { formatShare } from "../../ui/format.ts";

interface ProgressBarProps {
  readonly task: TaskView;
  readonly progress: NonNullable<TaskView["progress"]>;
}

/** The bar with its number and note. */
export function ProgressBar(
  { task, progress: { fraction, note } }: ProgressBarProps,
) {
  const label = task.status === "running" ? "Progress" : "Progress at last";
  return (
    <section className="section task-progress" aria-labelledby="task-progress">
      <h2 id="task-progress">{label}</h2>
      <progress max={1} value={fraction} aria-labelledby="task-progress" />
      <p>
        <strong className="number">{formatShare(fraction)}</strong> {note}
      </p>
    </section>
  );
}
