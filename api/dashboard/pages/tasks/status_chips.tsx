/** The statuses as switches, each with how many tasks have it where that is known. */
import type { StatsView } from "../../../schema.ts";
import { usePulse } from "../../data/pulse.ts";
import { formatNumber, formatShortNumber } from "../../ui/format.ts";
import { Icon } from "../../ui/icon.tsx";
import { STATUS_ICONS } from "../../ui/status_badge.tsx";
import { statusCounts } from "./status_counts.ts";
import { TASK_STATUSES, type TaskFilter } from "./task_filter.ts";

interface StatusChipsProps {
  readonly filter: TaskFilter;
  readonly onChange: (filter: TaskFilter) => void;
}

/** A chip a status; any number of them can be pressed. */
export function StatusChips({ filter, onChange }: StatusChipsProps) {
  const stats: StatsView | null = usePulse()?.stats ?? null;
  const counts = statusCounts(stats, filter);
  const toggle = (status: typeof TASK_STATUSES[number]) => {
    const without = filter.status.filter((one) => one !== status);
    const pressed = without.length < filter.status.length;
    onChange({ ...filter, status: pressed ? without : [...without, status] });
  };
  return (
    <div className="chips" role="group" aria-label="Status">
      {TASK_STATUSES.map((status) => {
        const count = counts?.[status];
        return (
          <button
            key={status}
            type="button"
            className={`chip status-${status}`}
            aria-pressed={filter.status.includes(status)}
            onClick={() => toggle(status)}
          >
            <Icon name={STATUS_ICONS[status]} />
            {status}{" "}
            {count === undefined ? null : (
              <span className="chip-count" title={formatNumber(count)}>
                {formatShortNumber(count)}
              </span>
            )}
          </button>
        );
      })}
    </div>
  );
}
