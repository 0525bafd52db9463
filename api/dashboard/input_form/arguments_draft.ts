/** Arguments as they are written: in the fields of a form, or as JSON. Each can become the other. */
import { type Draft, draftOf, emptyDraft, fits } from "./draft.ts";
import type { ListField } from "./input_field.ts";
import { readJsonText } from "./json_text.ts";
import { type DraftProblem, readDraft } from "./read_draft.ts";

/** What was written so far. */
export interface ArgumentsDraft {
  readonly mode: "form" | "json";
  readonly draft: Draft | null;
  readonly text: string;
  /** Why the JSON can't be shown in the form; null where nobody wanted that. */
  readonly notice: string | null;
}

/** The arguments, or what is wrong. */
export type ArgumentsReading =
  | { readonly ok: true; readonly args: readonly unknown[] }
  | { readonly ok: false; readonly problems: readonly DraftProblem[] };

/** Untouched; without a form it is JSON. */
export function emptyArguments(field: ListField | null): ArgumentsDraft {
  return {
    mode: field === null ? "json" : "form",
    draft: field === null ? null : emptyDraft(field),
    text: "[]",
    notice: null,
  };
}

/** Arguments that are there already. */
export function givenArguments(
  field: ListField | null,
  args: readonly unknown[],
): ArgumentsDraft {
  const text = JSON.stringify(args, null, 2);
  const isForm = field !== null && fits(field, args);
  return {
    mode: isForm ? "form" : "json",
    draft: field === null ? null : isForm ? draftOf(field, args) : emptyDraft(field),
    text,
    notice: null,
  };
}

/** What is to be sent. */
export function readArguments(
  field: ListField | null,
  written: ArgumentsDraft,
): ArgumentsReading {
  const { mode, draft, text } = written;
  if (mode === "form" && field !== null && draft !== null) {
    const reading = readDraft(field, draft, "/args");
    if (!reading.ok) return reading;
    return {
      ok: true,
      args: Array.isArray(reading.value) ? reading.value : [],
    };
  }
  const reading = readJsonText(text);
  if (!reading.ok) return wrong(reading.problem);
  return Array.isArray(reading.value)
    ? { ok: true, args: reading.value }
    : wrong("Arguments are a list: write [ ] around them");
}

/** The same arguments written the other way; what can't be carried over stays as it was there. */
export function inMode(
  field: ListField | null,
  written: ArgumentsDraft,
  mode: ArgumentsDraft["mode"],
): ArgumentsDraft {
  if (mode === written.mode) return written;
  const reading = readArguments(field, written);
  if (mode === "json") {
    const text = reading.ok ? JSON.stringify(reading.args, null, 2) : written.text;
    return { ...written, mode, text, notice: null };
  }
  if (field === null) return written;
  if (reading.ok && fits(field, reading.args)) {
    return {
      ...written,
      mode,
      draft: draftOf(field, reading.args),
      notice: null,
    };
  }
  const notice = reading.ok
    ? "The form has no place for some of this: it is as it was before."
    : "This is no JSON list yet: the form is as it was before.";
  return { ...written, mode, notice };
}

function wrong(message: string): ArgumentsReading {
  return { ok: false, problems: [{ pointer: "/args", message }] };
}
