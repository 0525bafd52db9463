/** Why a task failed, and on demand each of its runs. */
import type { DeadLetterView } from "../../../schema.ts";
import { formatCount } from "../../ui/format.ts";
import { DurationText, TimeText } from "../../ui/time_text.tsx";

interface RunListProps {
  readonly letter: DeadLetterView;
}

/** The error, and the runs behind a switch. */
export function RunList({ letter }: RunListProps) {
  const { error, attempts, attemptsOmitted } = letter;
  return (
    <div className="run-list">
      <div>
        <span className="clamped" title={error?.message}>
          {error?.message ?? "No error is known."}
        </span>
      </div>
      {attempts.length === 0 ? null : (
        <details>
          <summary>
            {attemptsOmitted === true ? "The last " : ""}
            {formatCount(attempts.length, "run")}{" "}
            <span className="visually-hidden">of {letter.id}</span>
          </summary>
          <ol>
            {attempts.toReversed().map((run) => (
              <li key={run.run}>
                <strong>Run {run.run}</strong>{" "}
                {run.outcome === null ? "goes on" : run.outcome.replaceAll("_", " ")},{" "}
                <TimeText value={run.startedAt} />, took{" "}
                <DurationText from={run.startedAt} to={run.finishedAt} />
                {run.error === null
                  ? null
                  : <span className="run-error">{run.error.name}: {run.error.message}</span>}
              </li>
            ))}
          </ol>
        </details>
      )}
    </div>
  );
}
