/** Explanations as the JSON that users see: as in the domain, with times in ISO 8601. */
import type { Explanation } from "../actors/domain/explain.ts";
import type { CauseView, ExplanationView } from "./schema/explain.ts";

/** A value in which the times, whose names end in `At`, are texts. */
type Dated<T> = T extends readonly (infer I)[] ? Dated<I>[]
  : T extends object
    ? { -readonly [K in keyof T]: K extends `${string}At` ? DatedTime<T[K]> : Dated<T[K]> }
  : T;
type DatedTime<T> = T extends number ? string : T;

/** An explanation in the documented order. */
export function explanationView(explanation: Explanation): ExplanationView {
  const { id, status, reason, code, sentence, change, details, causes } = explanation;
  return {
    id,
    status,
    reason,
    code,
    sentence,
    change,
    details: { ...dated(details) },
    causes: dated(causes) satisfies CauseView[],
  };
}

/** The one place where the type follows from the walk: a time is told by its name, as everywhere. */
function dated<T>(value: T): Dated<T> {
  return withDates(value) as Dated<T>;
}

function withDates(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withDates);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) =>
      name.endsWith("At") && typeof field === "number"
        ? [name, new Date(field).toISOString()]
        : [name, withDates(field)]
    ),
  );
}
