/** An error of task code: its words first, its stack on demand. */
import type { TaskView } from "../../../schema.ts";
import { CopyButton } from "../../ui/copy_button.tsx";

interface ErrorTextProps {
  readonly error: NonNullable<TaskView["error"]>;
  /** Whether the stack is seen at first. */
  readonly open?: boolean;
}

/** The error. */
export function ErrorText(
  { error: { name, message, stack }, open = false }: ErrorTextProps,
) {
  return (
    <div className="task-error">
      <p className="task-error-message">
        <strong>{name}</strong> {message}
      </p>
      {stack === null ? null : (
        <details open={open}>
          <summary>Stack</summary>
          <div className="task-stack">
            {/* It scrolls, so the keyboard has to reach it. */}
            <pre
              tabIndex={0}
              role="region"
              aria-label={`Stack of ${name}`}
            >{stack}</pre>
            <CopyButton text={stack} label="Copy stack" />
          </div>
        </details>
      )}
    </div>
  );
}
