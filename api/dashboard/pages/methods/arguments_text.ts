/** What a method takes, in a line. */
import type { InputField, ListField } from "../../input_form/input_field.ts";
import { argumentsField } from "../../input_form/read_schema.ts";

/** `text, number?, … text`: each argument by its kind. */
export function argumentsText(
  schema: Readonly<Record<string, unknown>> | null,
): string {
  const field = argumentsField(schema);
  return field === null ? "anything" : listText(field);
}

function listText({ first, rest }: ListField): string {
  const fixed = first.map((field) => `${kindText(field)}${field.optional ? "?" : ""}`);
  const parts = rest === null ? fixed : [...fixed, `${kindText(rest)} …`];
  return parts.length === 0 ? "none" : parts.join(", ");
}

const KINDS: Readonly<Record<InputField["kind"], string>> = {
  text: "text",
  number: "number",
  flag: "yes or no",
  bytes: "bytes",
  choice: "choice",
  variant: "one of several",
  list: "list",
  group: "map",
  map: "map",
  json: "anything",
};

function kindText(field: InputField): string {
  return field.kind === "number" && field.integer ? "whole number" : KINDS[field.kind];
}
