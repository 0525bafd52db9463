/** Finds a task by key, id or method, and looks at it in the graph. */
import * as Ariakit from "@ariakit/react";
import { useDeferredValue, useMemo, useState } from "react";
import { labelOf, type TaskGraph } from "./task_graph.ts";
import { searchTasks } from "./task_search.ts";

interface TaskFinderProps {
  readonly graph: TaskGraph;
  readonly onFind: (task: number) => void;
}

const FOUND_MAX = 12;

/** The field with what it finds. */
export function TaskFinder({ graph, onFind }: TaskFinderProps) {
  const [text, setText] = useState("");
  const wanted = useDeferredValue(text);
  const found = useMemo(() => searchTasks(graph, wanted, FOUND_MAX), [graph, wanted]);
  return (
    <Ariakit.ComboboxProvider
      value={text}
      setValue={setText}
      setSelectedValue={(value) => {
        const task = Number(value);
        if (value !== "" && graph.tasks[task] !== undefined) onFind(task);
      }}
      selectedValue=""
    >
      <Ariakit.Combobox
        autoSelect
        className="finder"
        aria-label="Find a task"
        placeholder="Find a task …"
      />
      {wanted.trim() === ""
        ? null
        : (
          <Ariakit.ComboboxPopover className="popup finder-list" gutter={4} sameWidth>
            {found.length === 0 ? <p className="muted finder-none">No task is called so.</p> : null}
            {found.map((index) => <Found key={index} index={index} graph={graph} />)}
          </Ariakit.ComboboxPopover>
        )}
    </Ariakit.ComboboxProvider>
  );
}

function Found({ index, graph }: { readonly index: number; readonly graph: TaskGraph }) {
  const task = graph.tasks[index];
  if (task === undefined) return null;
  return (
    <Ariakit.ComboboxItem
      className="menu-item"
      value={String(index)}
      setValueOnClick={false}
      focusOnHover
    >
      <span className="flow-label">{labelOf(task)}</span>
      <span className="muted">{task.method} · wave {task.wave}</span>
    </Ariakit.ComboboxItem>
  );
}
