/** One field that finds tasks by whatever one has of them. */
import * as Ariakit from "@ariakit/react";
import { type KeyboardEvent, useMemo, useState } from "react";
import { useKnownNames } from "../../data/known_names.ts";
import { Icon } from "../../ui/icon.tsx";
import {
  FIELD_NAMES,
  meaningOf,
  shownValue,
  type Suggestion,
  suggestionsFor,
} from "./search_text.ts";

interface SearchFieldProps {
  /** Called with what was chosen; the field is empty again then. */
  readonly onChoose: (suggestion: Suggestion) => void;
}

/** The field with its suggestions. */
export function SearchField({ onChoose }: SearchFieldProps) {
  const [text, setText] = useState("");
  const known = useKnownNames();
  const suggestions = useMemo(() => suggestionsFor(text, known), [text, known]);
  const choose = (suggestion: Suggestion) => {
    setText("");
    onChoose(suggestion);
  };
  const combobox = Ariakit.useComboboxStore({
    value: text,
    setValue: setText,
    resetValueOnHide: false,
  });
  const onKeyDown = (event: KeyboardEvent) => {
    // With a suggestion marked, Enter takes that one.
    if (event.key !== "Enter" || (combobox.getState().activeId ?? null) !== null) return;
    event.preventDefault();
    const meaning = meaningOf(text, known);
    if (meaning !== null) choose(meaning);
  };
  return (
    <search className="task-search">
      <Icon name="search" />
      <Ariakit.ComboboxProvider store={combobox}>
        <Ariakit.Combobox
          className="task-search-input"
          aria-label="Find by id, method, queue or label"
          placeholder="Id, method, queue or label=value"
          autoComplete="list"
          showMinLength={1}
          onKeyDown={onKeyDown}
        />
        {suggestions.length === 0 ? null : (
          <Ariakit.ComboboxPopover
            gutter={4}
            sameWidth
            className="menu"
            aria-label="Suggestions"
          >
            {suggestions.map((suggestion) => (
              <Ariakit.ComboboxItem
                key={`${suggestion.field} ${suggestion.value}`}
                className="menu-item"
                value={`${suggestion.field} ${suggestion.value}`}
                setValueOnClick={false}
                onClick={() => choose(suggestion)}
              >
                <span className="muted">{FIELD_NAMES[suggestion.field]}</span>{" "}
                <span className="task-search-value">{shownValue(suggestion)}</span>
              </Ariakit.ComboboxItem>
            ))}
          </Ariakit.ComboboxPopover>
        )}
      </Ariakit.ComboboxProvider>
    </search>
  );
}
