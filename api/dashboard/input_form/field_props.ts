import type { ComponentType } from "react";
import type { Draft } from "./draft.ts";
import type { InputField } from "./input_field.ts";

/** What every input of a form gets that is made of a schema. */
export interface FieldInputProps<Field extends InputField = InputField> {
  readonly field: Field;
  readonly draft: Draft;
  readonly onChange: (draft: Draft) => void;
  /** Where its value stands, as in the server's refusals. */
  readonly pointer: string;
  /** What is wrong with the value at a pointer; null where nothing is known to be. */
  readonly problemAt: (pointer: string) => string | null;
}

/** The same with what shows the fields inside. */
export interface BranchInputProps<Field extends InputField> extends FieldInputProps<Field> {
  readonly Inner: ComponentType<FieldInputProps>;
}

/** The kinds with no fields inside. */
export type LeafField = Exclude<InputField, BranchField>;
/** The kinds with fields inside. */
export type BranchField = Extract<
  InputField,
  { readonly kind: "list" | "map" | "group" | "variant" }
>;
