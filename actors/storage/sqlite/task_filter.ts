import type { SQLInputValue } from "node:sqlite";
import type { TaskQuery } from "../port.ts";

/** A condition on `tasks t` and `task_inputs i`, with its parameters. */
export interface Condition {
  readonly sql: string;
  readonly values: readonly SQLInputValue[];
}

/** The condition that holds where both do. */
export function both(first: Condition, second: Condition): Condition {
  return {
    sql: `${first.sql} AND ${second.sql}`,
    values: [...first.values, ...second.values],
  };
}

/** The condition that holds for the tasks that `query` asks for. */
export function filterCondition(query: TaskQuery): Condition {
  const parts: Condition[] = [];
  const add = (sql: string, ...values: SQLInputValue[]) => parts.push({ sql, values });
  if (query.status !== null) {
    add(`t.status IN (${query.status.map(() => "?").join(", ")})`, ...query.status);
  }
  if (query.queue !== null) add("t.queue = ?", query.queue);
  if (query.method !== null) add("t.method = ?", query.method);
  if (query.workflowId !== null) {
    add("t.workflow_num = (SELECT num FROM workflows WHERE id = ?)", query.workflowId);
  }
  if (query.since !== null) add("t.created_at >= ?", query.since);
  if (query.until !== null) add("t.created_at <= ?", query.until);
  if (query.idPrefix !== null) {
    add("t.id >= ? AND substr(t.id, 1, length(?)) = ?", ...Array(3).fill(query.idPrefix));
  }
  if (query.label !== null) {
    const { key, value } = query.label;
    // Most specs don't even have the text of it, which is told much faster than by reading them.
    const text = JSON.stringify({ [key]: value }).slice(1, -1);
    add(
      "instr(i.spec, ?) > 0 AND " +
        "EXISTS (SELECT 1 FROM json_each(i.spec, '$.labels') WHERE key = ? AND value = ?)",
      ...[text, key, value],
    );
  }
  return {
    sql: parts.map(({ sql }) => sql).join(" AND ") || "true",
    values: parts.flatMap(({ values }) => values),
  };
}
