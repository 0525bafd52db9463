/** What is said of a task beside its arguments, as it is typed and as the server takes it. */
import { numberOrText, type Span, spanMs } from "../../ui/span.ts";

/** Texts as they stand in the form; empty ones are not sent. */
export interface SubmissionForm {
  readonly queue: string;
  readonly priority: string;
  readonly delay: Span;
  /** One a line: `name: value`. */
  readonly labels: string;
  readonly id: string;
}

/** Nothing said. */
export const NO_SETTINGS: SubmissionForm = {
  queue: "",
  priority: "",
  delay: { amount: "", unit: "1000" },
  labels: "",
  id: "",
};

/** The fields of a submission. What is no number goes as it is: the server says what is wrong. */
export function submissionSettings(
  form: SubmissionForm,
): Readonly<Record<string, unknown>> {
  const labels = labelsOf(form.labels);
  const fields = {
    queue: form.queue.trim() || undefined,
    priority: numberOrText(form.priority),
    delayMs: spanMs(form.delay),
    labels: Object.keys(labels).length === 0 ? undefined : labels,
    id: form.id.trim() || undefined,
  };
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  );
}

/** Labels by name; a line without a colon is a name with an empty value. */
function labelsOf(text: string): Readonly<Record<string, string>> {
  const lines = text.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  return Object.fromEntries(lines.map((line) => {
    const colon = line.indexOf(":");
    return colon < 0 ? [line, ""] : [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
  }));
}
