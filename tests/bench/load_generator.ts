/**
 * The load generator of the bench as a process of its own. Its one argument is a `GeneratorPlan` as
 * JSON; it prints a `LoadResult` as JSON.
 */
import { runLoad } from "../support/load.ts";

/** What to send, where, how often. */
export interface GeneratorPlan {
  readonly address: string;
  readonly connections: number;
  readonly durationMs: number;
  readonly token: string;
  /** Body of each `POST /api/tasks`. */
  readonly body: unknown;
}

if (import.meta.main) {
  const plan: GeneratorPlan = JSON.parse(Deno.args[0] ?? "");
  const request = {
    method: "POST",
    path: "/api/tasks",
    headers: { "authorization": `Bearer ${plan.token}`, "content-type": "application/json" },
    body: JSON.stringify(plan.body),
  };
  const result = await runLoad({ ...plan, request: () => request });
  console.log(JSON.stringify(result));
}
