/** Says how far a search through many tasks has come. */
import { PAGE_ROWS } from "../../data/task_list.ts";
import { formatNumber } from "../../ui/format.ts";

interface SearchProgressProps {
  /** Pages of 10,000 tasks that were looked through. */
  readonly reads: number;
  readonly active: boolean;
  /** Found so far. */
  readonly rows: number;
}

/** From the second page on, since most searches need no other. */
export function SearchProgress({ reads, active, rows }: SearchProgressProps) {
  const shown = active && reads > 1 && rows < PAGE_ROWS;
  return (
    <p className="muted search-progress" role="status">
      {shown ? `Looked through ${formatNumber(reads * 10_000)} tasks so far…` : null}
    </p>
  );
}
