/** What went wrong, in the server's words, beside the thing that failed. */
import { ApiProblem, problemText } from "../data/api.ts";
import { Button } from "./button.tsx";

interface ProblemNoteProps {
  readonly problem: unknown;
  /** Does it again. */
  readonly onRetry?: (() => void) | undefined;
}

/** The problem, what fields it is about, and a way to try again. */
export function ProblemNote({ problem, onRetry }: ProblemNoteProps) {
  const errors = problem instanceof ApiProblem ? problem.errors : [];
  return (
    <div className="note note-problem" role="alert">
      <p>{problemText(problem)}</p>
      {errors.length === 0 ? null : (
        <ul>
          {errors.map(({ pointer, message }) => (
            <li key={`${pointer} ${message}`}>
              <code>{pointer}</code> {message}
            </li>
          ))}
        </ul>
      )}
      {onRetry === undefined ? null : <Button icon="retry" onClick={onRetry}>Try again</Button>}
    </div>
  );
}
