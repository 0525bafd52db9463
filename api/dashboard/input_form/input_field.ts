/** What a form asks for, one kind of field for each kind of value; made of a JSON Schema. */

/** What every field has. */
interface Common {
  readonly label: string;
  /** What it means, in the words of the schema. */
  readonly description: string | null;
  /** It may be left out. */
  readonly optional: boolean;
  /** It may be null. */
  readonly nullable: boolean;
  /** What the method takes where it is left out; undefined: nothing. */
  readonly standard?: unknown;
}

/** A line of text. */
export interface TextField extends Common {
  readonly kind: "text";
  readonly minLength: number;
  readonly maxLength: number | null;
  readonly pattern: string | null;
  /** `date-time`, `email` and the like, for people to read. */
  readonly format: string | null;
}

/** A number. */
export interface NumberField extends Common {
  readonly kind: "number";
  readonly integer: boolean;
  /** Integers beyond 2^53 are written `{"$int64": …}`. */
  readonly wide: boolean;
  readonly minimum: number | null;
  readonly maximum: number | null;
}

/** True or false. */
export interface FlagField extends Common {
  readonly kind: "flag";
}

/** Bytes, in Base64. */
export interface BytesField extends Common {
  readonly kind: "bytes";
}

/** One of a few values. */
export interface ChoiceField extends Common {
  readonly kind: "choice";
  readonly options: readonly unknown[];
}

/** One of several shapes. */
export interface VariantField extends Common {
  readonly kind: "variant";
  readonly variants: readonly InputField[];
}

/** First some fields in order, the last of which may be optional, then any number of `rest`. */
export interface ListField extends Common {
  readonly kind: "list";
  readonly first: readonly InputField[];
  readonly rest: InputField | null;
  readonly minItems: number;
  readonly maxItems: number | null;
}

/** Named fields. */
export interface GroupField extends Common {
  readonly kind: "group";
  readonly fields: readonly NamedField[];
}

/** Any names, each with a value of one kind. */
export interface MapField extends Common {
  readonly kind: "map";
  readonly value: InputField;
}

/** Anything, written as JSON: what no form can be made for. */
export interface JsonField extends Common {
  readonly kind: "json";
}

/** A field in a group. */
export interface NamedField {
  readonly name: string;
  readonly field: InputField;
}

/** Any field. */
export type InputField =
  | TextField
  | NumberField
  | FlagField
  | BytesField
  | ChoiceField
  | VariantField
  | ListField
  | GroupField
  | MapField
  | JsonField;
