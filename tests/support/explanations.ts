/** What tests ask of explanations again and again, over REST. */
import assert from "node:assert/strict";
import { explanationAnswer, type ExplanationView } from "../../api/schema.ts";
import { eventually } from "./eventually.ts";
import type { NodeProcess } from "./node_process.ts";

/** The explanation of a task, which is of the documented form and names the task. */
export async function explain(node: NodeProcess, id: string): Promise<ExplanationView> {
  const { status, body } = await node.fetchApi("GET", `/api/tasks/${id}/explain`);
  assert.equal(status, 200, JSON.stringify(body));
  const explanation = explanationAnswer.parse(body);
  assert.match(explanation.sentence, new RegExp(`^Task "${id}" .*[^.]\\.$`));
  return explanation;
}

/** Waits until a task is explained by `code`: dispatch takes its moment. */
export function explainedBy(node: NodeProcess, id: string, code: string): Promise<ExplanationView> {
  let last: ExplanationView | null = null;
  return eventually(async () => {
    last = await explain(node, id);
    return last.code === code ? last : null;
  }, { what: `${id} is explained by ${code}` }).catch((error) => {
    throw new Error(`${id}: ${JSON.stringify(last)}`, { cause: error });
  });
}

/** Every cause that holds. */
export function codes({ causes }: ExplanationView): readonly string[] {
  return causes.map(({ code }) => code);
}

/** Pauses a queue, which need not exist yet. */
export async function pauseQueue(node: NodeProcess, name: string): Promise<void> {
  const { status } = await node.fetchApi("POST", `/api/queues/${name}/pause`);
  assert.equal(status, 200);
}
