/** What narrows the list of workflows; it is kept in the address. */
import { useEffect, useState } from "react";
import { Select, TextInput } from "../../ui/field.tsx";
import { WORKFLOW_STATUSES, type WorkflowFilter } from "./workflow_filter.ts";

interface WorkflowFiltersProps {
  readonly filter: WorkflowFilter;
  readonly onChange: (filter: WorkflowFilter) => void;
}

const ANY = "any";
/** While one types, nothing is asked for. */
const TYPING_MS = 250;

/** The fields. */
export function WorkflowFilters({ filter, onChange }: WorkflowFiltersProps) {
  const [text, setText] = useState(filter.q);
  const { status, q } = filter;
  useEffect(() => setText(q), [q]);
  useEffect(() => {
    if (text.trim() === q) return;
    const timer = setTimeout(
      () => onChange({ status, q: text.trim() }),
      TYPING_MS,
    );
    return () => clearTimeout(timer);
  }, [text, q, status, onChange]);
  return (
    <form
      className="field-row workflow-filters"
      onSubmit={(event) => event.preventDefault()}
    >
      <TextInput
        label="Name or id"
        type="search"
        placeholder="begins with …"
        value={text}
        onChange={setText}
      />
      <Select
        label="Status"
        value={status ?? ANY}
        options={[
          { value: ANY, label: "Any" },
          ...WORKFLOW_STATUSES.map((value) => ({ value, label: value })),
        ]}
        onChange={(value) => onChange({ status: value === ANY ? null : value, q })}
      />
    </form>
  );
}
