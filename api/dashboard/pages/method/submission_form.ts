/** What is said of a task beside its arguments, as it is typed and as the server takes it. */

/** Units of a delay. */
export const UNITS = [
  { value: "1", label: "milliseconds" },
  { value: "1000", label: "seconds" },
  { value: "60000", label: "minutes" },
  { value: "3600000", label: "hours" },
  { value: "86400000", label: "days" },
] as const;

/** Texts as they stand in the form; empty ones are not sent. */
export interface SubmissionForm {
  readonly queue: string;
  readonly priority: string;
  readonly delay: string;
  /** Milliseconds of its unit. */
  readonly unit: typeof UNITS[number]["value"];
  /** One a line: `name: value`. */
  readonly labels: string;
  readonly id: string;
}

/** Nothing said. */
export const NO_SETTINGS: SubmissionForm = {
  queue: "",
  priority: "",
  delay: "",
  unit: "1000",
  labels: "",
  id: "",
};

/** The fields of a submission. What is no number goes as it is: the server says what is wrong. */
export function submissionSettings(
  form: SubmissionForm,
): Readonly<Record<string, unknown>> {
  const delay = valueOf(form.delay);
  const labels = labelsOf(form.labels);
  const fields = {
    queue: form.queue.trim() || undefined,
    priority: valueOf(form.priority),
    delayMs: typeof delay === "number" ? Math.round(delay * Number(form.unit)) : delay,
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

function valueOf(text: string): number | string | undefined {
  const trimmed = text.trim();
  if (trimmed === "") return undefined;
  const value = Number(trimmed);
  return Number.isNaN(value) ? trimmed : value;
}
