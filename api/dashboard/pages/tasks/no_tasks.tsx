/** What stands in place of a list without tasks. */
import { EmptyState } from "../../ui/empty_state.tsx";

interface NoTasksProps {
  /** Whether a filter is why. */
  readonly filtered: boolean;
}

/** There are none, and what to do. */
export function NoTasks({ filtered }: NoTasksProps) {
  if (filtered) {
    return (
      <EmptyState title="No task matches this filter.">
        Drop a part of it, or clear it, to see more.
      </EmptyState>
    );
  }
  return (
    <EmptyState title="No task yet.">
      Submit one on the page of its method, or by <code>dtask submit add 1 2</code>.
    </EmptyState>
  );
}
