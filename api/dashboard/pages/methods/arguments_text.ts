/** What a method takes, in a line. */
import type { GroupField, InputField, ListField } from "../../input_form/input_field.ts";
import { argumentsField } from "../../input_form/read_schema.ts";

/** `text, number?, {to, subject?}, text …`: each argument by its kind. */
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

const KINDS: Readonly<Record<Exclude<InputField["kind"], "group">, string>> = {
  text: "text",
  number: "number",
  flag: "yes or no",
  bytes: "bytes",
  choice: "choice",
  variant: "one of several",
  list: "list",
  map: "map",
  json: "anything",
};

function kindText(field: InputField): string {
  if (field.kind === "number" && field.integer) return "whole number";
  return field.kind === "group" ? groupText(field) : KINDS[field.kind];
}

/** `{to, subject?, …}` */
function groupText({ fields }: GroupField): string {
  const names = fields.map(({ name, field }) => `${name}${field.optional ? "?" : ""}`);
  const more = names.length > NAMES_MAX ? ["…"] : [];
  return `{${[...names.slice(0, NAMES_MAX), ...more].join(", ")}}`;
}

/** Names that are told of a group. */
const NAMES_MAX = 4;
