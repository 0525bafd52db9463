import type { TaskQuery } from "../port.ts";
import type { Value } from "./connection.ts";
import type { Values } from "./values.ts";

/** A condition on tasks under the name `t`, which takes its values along. */
export type Condition = (values: Values) => string;

/** Holds where all of `conditions` do. */
export function all(...conditions: readonly Condition[]): Condition {
  return (values) => conditions.map((condition) => condition(values)).join(" AND ");
}

/** The condition that holds for the tasks that `query` asks for. */
export function filterCondition(query: TaskQuery): Condition {
  const { status, queue, method, since, until, workflowId, idPrefix, label } = query;
  const parts: Condition[] = [];
  const add = (value: Value, condition: (mark: string) => string) => {
    if (value !== null) parts.push((values) => condition(values.add(value)));
  };
  add(status, (mark) => `t.status = ANY (${mark}::text[])`);
  add(queue, (mark) => `t.queue = ${mark}`);
  add(method, (mark) => `t.method = ${mark}`);
  add(workflowId, ofWorkflow);
  add(since, (mark) => `t.created_at >= ${mark}`);
  add(until, (mark) => `t.created_at <= ${mark}`);
  add(idPrefix, (mark) => ofInput(`starts_with(i.id, ${mark})`));
  add(
    label && JSON.stringify([label.key, label.value]),
    (mark) => ofInput(`${mark} = ANY (i.labels)`),
  );
  return parts.length === 0 ? () => "true" : all(...parts);
}

/** The tasks of the workflow whose id `mark` stands for; none where there is no such workflow. */
export function ofWorkflow(mark: string): string {
  return `t.workflow_num = (SELECT w.num FROM workflows w WHERE w.id = ${mark})`;
}

// Not EXISTS, which would be planned as a join with all inputs there are.
function ofInput(condition: string): string {
  return `(SELECT ${condition} FROM task_inputs i WHERE i.num = t.num)`;
}
