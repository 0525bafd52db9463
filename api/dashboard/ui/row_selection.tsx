/** Choosing rows of a list, for what is done to several at once. */
import { useEffect, useRef } from "react";

/** Which rows are chosen, by key; the page keeps it. */
export interface Selection {
  readonly selected: ReadonlySet<string>;
  readonly onChange: (selected: ReadonlySet<string>) => void;
}

interface SelectRowProps {
  readonly rowKey: string;
  readonly selection: Selection;
}

/** Chooses one row. */
export function SelectRow({ rowKey, selection }: SelectRowProps) {
  const { selected, onChange } = selection;
  return (
    <input
      type="checkbox"
      aria-label={`Select ${rowKey}`}
      checked={selected.has(rowKey)}
      onChange={({ target }) => {
        const next = new Set(selected);
        if (target.checked) next.add(rowKey);
        else next.delete(rowKey);
        onChange(next);
      }}
    />
  );
}

interface SelectAllProps {
  /** Those that are seen. */
  readonly keys: readonly string[];
  readonly selection: Selection;
}

/** Chooses all that are seen. */
export function SelectAll({ keys, selection }: SelectAllProps) {
  const { selected, onChange } = selection;
  const box = useRef<HTMLInputElement>(null);
  const chosen = keys.filter((key) => selected.has(key)).length;
  const some = chosen > 0 && chosen < keys.length;
  useEffect(() => {
    if (box.current !== null) box.current.indeterminate = some;
  }, [some]);
  return (
    <input
      ref={box}
      type="checkbox"
      aria-label="Select all that are shown"
      checked={chosen > 0 && chosen === keys.length}
      onChange={({ target }) => onChange(new Set(target.checked ? keys : []))}
    />
  );
}
