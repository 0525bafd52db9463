/** Inputs of values that have others in them. */
import type { ReactNode } from "react";
import { Button } from "../ui/button.tsx";
import { Select, TextInput } from "../ui/field.tsx";
import { type Draft, emptyDraft, withItem } from "./draft.ts";
import type { BranchField, BranchInputProps } from "./field_props.ts";
import { pointerPart } from "./notation.ts";
import type { GroupField, ListField, MapField, VariantField } from "./input_field.ts";

/** The fields inside, in a frame with a name. */
export function BranchInput(props: BranchInputProps<BranchField>) {
  const { field, pointer, problemAt } = props;
  const problem = problemAt(pointer);
  return (
    <fieldset className="field-group">
      <legend>{field.label}</legend>
      {field.description === null ? null : <p className="field-hint">{field.description}</p>}
      <Inside {...props} />
      {problem === null ? null : <p className="field-problem">{problem}</p>}
    </fieldset>
  );
}

function Inside(props: BranchInputProps<BranchField>): ReactNode {
  const { field } = props;
  switch (field.kind) {
    case "list":
      return <ListItems {...props} field={field} />;
    case "map":
      return <MapEntries {...props} field={field} />;
    case "group":
      return <GroupFields {...props} field={field} />;
    case "variant":
      return <Variants {...props} field={field} />;
  }
}

/** The items of a list, and the button that adds one. */
export function ListItems(
  props: BranchInputProps<ListField> & { readonly addLabel?: string },
) {
  const { field, draft, onChange, pointer, problemAt, Inner, addLabel = "Add an item" } = props;
  const { first, rest, maxItems } = field;
  const isFull = maxItems !== null && draft.items.length >= maxItems;
  return (
    <>
      {draft.items.map((item, index) => {
        const inner = first[index] ?? rest;
        if (inner === null || inner === undefined) return null;
        const input = { draft: item, pointer: `${pointer}/${index}`, problemAt };
        const change = (next: Draft) =>
          onChange({ ...draft, items: draft.items.with(index, next) });
        if (index < first.length) {
          return <Inner key={index} {...input} field={inner} onChange={change} />;
        }
        const label = `${inner.label} ${index + 1}`;
        return (
          <Removable
            key={index}
            label={label}
            onRemove={() => onChange(without(draft, index))}
          >
            <Inner {...input} field={{ ...inner, label }} onChange={change} />
          </Removable>
        );
      })}
      {rest === null || isFull
        ? null
        : (
          <AddButton to={field.label} onClick={() => onChange(withItem(field, draft))}>
            {addLabel}
          </AddButton>
        )}
    </>
  );
}

function MapEntries(props: BranchInputProps<MapField>) {
  const { field, draft, onChange, pointer, problemAt, Inner } = props;
  const { items, names } = draft;
  const add = () =>
    onChange({ ...draft, names: [...names, ""], items: [...items, emptyDraft(field.value)] });
  return (
    <>
      {items.map((item, index) => (
        <Removable
          key={index}
          label={`entry ${index + 1}`}
          onRemove={() => onChange(without(draft, index))}
        >
          <TextInput
            label={`Name ${index + 1}`}
            value={names[index] ?? ""}
            onChange={(name) => onChange({ ...draft, names: names.with(index, name) })}
          />
          <Inner
            field={{ ...field.value, label: `${field.value.label} ${index + 1}` }}
            draft={item}
            pointer={`${pointer}/${pointerPart(names[index] ?? "")}`}
            problemAt={problemAt}
            onChange={(next) => onChange({ ...draft, items: items.with(index, next) })}
          />
        </Removable>
      ))}
      <AddButton to={field.label} onClick={add}>Add an entry</AddButton>
    </>
  );
}

function GroupFields(props: BranchInputProps<GroupField>) {
  const { field, draft, onChange, pointer, problemAt, Inner } = props;
  return field.fields.map(({ name, field: inner }, index) => {
    const item = draft.items[index];
    return item === undefined ? null : (
      <Inner
        key={name}
        field={inner}
        draft={item}
        pointer={`${pointer}/${pointerPart(name)}`}
        problemAt={problemAt}
        onChange={(next) => onChange({ ...draft, items: draft.items.with(index, next) })}
      />
    );
  });
}

function Variants(props: BranchInputProps<VariantField>) {
  const { field, draft, onChange, Inner, ...place } = props;
  const [variant, item] = [field.variants[draft.choice], draft.items[draft.choice]];
  return (
    <>
      <Select
        label="Form"
        value={String(draft.choice)}
        options={field.variants.map(({ label }, index) => ({ value: String(index), label }))}
        onChange={(choice) => onChange({ ...draft, choice: Number(choice) })}
      />
      {variant === undefined || item === undefined ? null : (
        <Inner
          key={draft.choice}
          {...place}
          field={variant}
          draft={item}
          onChange={(next) => onChange({ ...draft, items: draft.items.with(draft.choice, next) })}
        />
      )}
    </>
  );
}

interface RemovableProps {
  readonly label: string;
  readonly onRemove: () => void;
  readonly children: ReactNode;
}

function Removable({ label, onRemove, children }: RemovableProps) {
  return (
    <div className="field-item">
      <div className="field-given">{children}</div>
      <Button kind="quiet" icon="trash" iconOnly title={`Remove ${label}`} onClick={onRemove}>
        Remove {label}
      </Button>
    </div>
  );
}

interface AddButtonProps {
  readonly to: string;
  readonly onClick: () => void;
  readonly children: ReactNode;
}

function AddButton({ to, onClick, children }: AddButtonProps) {
  return (
    <div>
      <Button icon="plus" onClick={onClick}>
        {children}
        <span className="visually-hidden">to {to}</span>
      </Button>
    </div>
  );
}

function without(draft: Draft, index: number): Draft {
  const names = draft.names.filter((_, place) => place !== index);
  return { ...draft, names, items: draft.items.filter((_, place) => place !== index) };
}
