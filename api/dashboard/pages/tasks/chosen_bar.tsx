/** What can be done with the tasks that are chosen. */
import { useAllowed } from "../../session/session.ts";
import type { ChangeName } from "../../data/change_name.ts";
import { Button } from "../../ui/button.tsx";
import { formatCount } from "../../ui/format.ts";
import type { ChosenTasks } from "./chosen_tasks.ts";

interface ChosenBarProps {
  readonly chosen: ChosenTasks;
  /** True where one may want all that match instead of those that are shown. */
  readonly offerAll: boolean;
  readonly onChooseAll: () => void;
  readonly onClear: () => void;
  /** What can be done here, in the order of the buttons. */
  readonly changes: readonly ChangeName[];
  readonly onChange: (change: ChangeName) => void;
  /** Absent where the list cannot be exported. */
  readonly onExport?: () => void;
}

const LABELS: Readonly<Record<ChangeName, string>> = {
  cancel: "Cancel…",
  retry: "Retry…",
  redrive: "Redrive…",
  discard: "Discard…",
};

/** The bar. */
export function ChosenBar(props: ChosenBarProps) {
  const {
    chosen,
    offerAll,
    onChooseAll,
    onClear,
    changes,
    onChange,
    onExport,
  } = props;
  const allowed = useAllowed("tasks:write");
  return (
    <div className="chosen-bar" role="group" aria-label="Chosen tasks">
      <span role="status">
        {chosen.by === "filter"
          ? "All that match are chosen"
          : `${formatCount(chosen.ids.size, "task")} chosen`}
      </span>
      {offerAll
        ? (
          <Button kind="quiet" onClick={onChooseAll}>
            Choose all that match
          </Button>
        )
        : null}
      {allowed
        ? changes.map((change) => (
          <Button
            key={change}
            onClick={() => onChange(change)}
          >
            {LABELS[change]}
          </Button>
        ))
        : null}
      {onExport === undefined ? null : <Button onClick={onExport}>Export…</Button>}
      <Button kind="quiet" onClick={onClear}>Clear choice</Button>
    </div>
  );
}
