/** The settings of a queue as they are typed, and as the server takes them. */
import type { QueueView } from "../../../schema.ts";
import { numberOrText, type Span, spanMs, spanOf } from "../../ui/span.ts";

/** What stands in the form; empty texts mean that there is no limit. */
export interface QueueForm {
  readonly name: string;
  readonly concurrency: string;
  readonly keyConcurrency: string;
  readonly limit: string;
  readonly span: Span;
  readonly weight: string;
}

/** The form of a queue that is there, or of a new one. */
export function queueForm(queue: QueueView | null): QueueForm {
  const { rateLimit = null } = queue ?? {};
  return {
    name: queue?.name ?? "",
    concurrency: textOf(queue?.concurrency),
    keyConcurrency: textOf(queue?.keyConcurrency),
    limit: textOf(rateLimit?.limit),
    span: spanOf(rateLimit?.perMs ?? 1_000),
    weight: textOf(queue?.weight ?? 1),
  };
}

/** The body of `PUT /api/queues/{name}`. What is no number goes as it is: the server says what is wrong. */
export function queueSettings(form: QueueForm): Readonly<Record<string, unknown>> {
  const { concurrency, keyConcurrency, span, weight } = form;
  const limit = numberOrText(form.limit);
  return {
    concurrency: numberOrText(concurrency) ?? null,
    keyConcurrency: numberOrText(keyConcurrency) ?? null,
    rateLimit: limit === undefined ? null : { limit, perMs: spanMs(span) ?? null },
    weight: numberOrText(weight) ?? 1,
  };
}

function textOf(value: number | null | undefined): string {
  return value === null || value === undefined ? "" : String(value);
}
