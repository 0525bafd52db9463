import type { NodeRun } from "../../domain/node_run.ts";
import { integer, type Row, text } from "./column.ts";

/** A run from a row of node, executor, id, method, run and start, in this order. */
export function decodeNodeRun([node, executor, id, method, run, startedAt]: Row): NodeRun {
  return {
    node: text(node),
    executor: text(executor),
    id: text(id),
    method: text(method),
    run: integer(run),
    startedAt: integer(startedAt),
  };
}
