/** The reasons of failures as switches, one at a time. */
import { FAILURE_REASONS, type ReasonFilter } from "./dead_letter_filter.ts";

interface ReasonChipsProps {
  readonly reason: ReasonFilter;
  readonly onChange: (reason: ReasonFilter) => void;
}

/** A chip a reason; pressing the pressed one drops it. */
export function ReasonChips({ reason, onChange }: ReasonChipsProps) {
  return (
    <div className="chips" role="group" aria-label="Reason">
      {FAILURE_REASONS.map((one) => (
        <button
          key={one}
          type="button"
          className="chip chip-plain"
          aria-pressed={one === reason}
          onClick={() => onChange(one === reason ? "" : one)}
        >
          {one.replaceAll("_", " ")}
        </button>
      ))}
    </div>
  );
}
