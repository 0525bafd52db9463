/** Why a task is where it is. */
import { explanationView } from "../../explain_view.ts";
import { explanationAnswer } from "../../schema.ts";
import { answer, json } from "../reply.ts";
import type { Call, Route } from "../route.ts";

async function explainTask({ node, target }: Call): Promise<Response> {
  return answer(
    await node.explain.explain(target),
    (explanation) => json(200, explanationView(explanation)),
  );
}

/** `/api/tasks/{id}/explain`. */
export const EXPLAIN_ROUTES: readonly Route[] = [
  {
    method: "get",
    path: "/api/tasks/{id}/explain",
    scope: "tasks:read",
    summary: "Explain why a task is not running, what it is doing, or how it ended",
    tag: "tasks",
    answers: {
      200: { description: "Every cause, the deciding one first.", schema: explanationAnswer },
    },
    problems: [404],
    handle: explainTask,
  },
];
