/** What a list is filtered by, each part with a button that drops it. */
import { Button } from "../../ui/button.tsx";
import { formatExactTime } from "../../ui/format.ts";
import { Icon } from "../../ui/icon.tsx";
import { FIELD_NAMES, shownValue } from "./search_text.ts";
import { FILTER_FIELDS, type FilterFields } from "./task_filter.ts";

interface FilterPartsProps {
  /** Those that are shown nowhere else. */
  readonly fields: FilterFields;
  /** Whether the list is filtered by anything. */
  readonly filtered: boolean;
  readonly onDrop: (field: keyof FilterFields) => void;
  /** Drops all of them, and what else the list is filtered by. */
  readonly onClear: () => void;
}

/** The parts; nothing where there are none. */
export function FilterParts({ fields, filtered, onDrop, onClear }: FilterPartsProps) {
  const said = FILTER_FIELDS.filter((field) => fields[field] !== "");
  if (!filtered) return null;
  return (
    <ul className="filter-parts" aria-label="Filter">
      {said.map((field) => (
        <li key={field}>
          <button type="button" className="chip" onClick={() => onDrop(field)}>
            <span className="muted">{FIELD_NAMES[field]}</span>{" "}
            <span>{partText(field, fields[field])}</span>
            <Icon name="close" />
            <span className="visually-hidden">
              : drop this part of the filter
            </span>
          </button>
        </li>
      ))}
      <li>
        <Button kind="quiet" onClick={onClear}>Clear filter</Button>
      </li>
    </ul>
  );
}

function partText(field: keyof FilterFields, value: string): string {
  if (field !== "since" && field !== "until") {
    return shownValue({ field, value });
  }
  const at = Date.parse(value);
  return Number.isNaN(at) ? `${value} ago` : formatExactTime(at);
}
