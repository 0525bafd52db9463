/** The settings of a queue as they are typed, and as the server takes them. */
import type { QueueView } from "../../../schema.ts";

/** Units of the span of a rate limit. */
export const SPANS = [
  { value: "1", label: "milliseconds" },
  { value: "1000", label: "seconds" },
  { value: "60000", label: "minutes" },
  { value: "3600000", label: "hours" },
] as const;

/** What stands in the form; empty texts mean that there is no limit. */
export interface QueueForm {
  readonly name: string;
  readonly concurrency: string;
  readonly keyConcurrency: string;
  readonly limit: string;
  readonly span: string;
  /** Milliseconds of the unit of `span`. */
  readonly unit: typeof SPANS[number]["value"];
  readonly weight: string;
}

/** The form of a queue that is there, or of a new one. */
export function queueForm(queue: QueueView | null): QueueForm {
  const { rateLimit = null } = queue ?? {};
  const unit = unitOf(rateLimit?.perMs ?? 1_000);
  return {
    name: queue?.name ?? "",
    concurrency: textOf(queue?.concurrency),
    keyConcurrency: textOf(queue?.keyConcurrency),
    limit: textOf(rateLimit?.limit),
    span: rateLimit === null ? "1" : String(rateLimit.perMs / Number(unit)),
    unit,
    weight: textOf(queue?.weight ?? 1),
  };
}

/** The body of `PUT /api/queues/{name}`. What is no number goes as it is: the server says what is wrong. */
export function queueSettings(
  form: QueueForm,
): Readonly<Record<string, unknown>> {
  const { concurrency, keyConcurrency, limit, span, unit, weight } = form;
  const per = valueOf(span);
  return {
    concurrency: valueOf(concurrency),
    keyConcurrency: valueOf(keyConcurrency),
    rateLimit: valueOf(limit) === null ? null : {
      limit: valueOf(limit),
      perMs: typeof per === "number" ? per * Number(unit) : per,
    },
    weight: valueOf(weight) ?? 1,
  };
}

function unitOf(perMs: number): QueueForm["unit"] {
  return SPANS.findLast(({ value }) => perMs % Number(value) === 0)?.value ??
    "1";
}

function textOf(value: number | null | undefined): string {
  return value === null || value === undefined ? "" : String(value);
}

function valueOf(text: string): number | string | null {
  const trimmed = text.trim();
  if (trimmed === "") return null;
  const value = Number(trimmed);
  return Number.isNaN(value) ? trimmed : value;
}
