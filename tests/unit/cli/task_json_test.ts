import assert from "node:assert/strict";
import type {
  HistoryJson,
  ReadinessJson,
  StatsJson,
  SystemJson,
  TaskJson,
} from "../../../api/client/mod.ts";
import type {
  HistoryView,
  ReadinessView,
  StatsView,
  SystemView,
  TaskView,
} from "../../../api/schema.ts";
import { logLineAnswer, taskAnswer, workflowDetailsAnswer } from "../../../api/schema/answers.ts";
import { logLine, taskJson, workflowJson } from "./fake_node.ts";

type Exact<A, B> = [keyof A] extends [keyof B] ? [keyof B] extends [keyof A] ? true : false : false;
type Fits<Answer, Type> = [Answer] extends [Type] ? true : false;

Deno.test("client types have the fields of the API's schema", () => {
  // Fails to compile when one side gets a field that the other lacks.
  const isExact: Exact<TaskJson, TaskView> = true;
  const isTrue: readonly [
    Exact<StatsJson, StatsView> & Fits<StatsView, StatsJson>,
    Exact<HistoryJson, HistoryView> & Fits<HistoryView, HistoryJson>,
    Exact<SystemJson, SystemView> & Fits<SystemView, SystemJson>,
    Exact<ReadinessJson, ReadinessView> & Fits<ReadinessView, ReadinessJson>,
  ] = [true, true, true, true];
  assert.ok(isExact && isTrue.every(Boolean));
});

Deno.test("client types allow what the API's schema allows", () => {
  const task = taskJson({ status: "running", progress: { fraction: 0.5, note: null } });
  assert.deepEqual(taskAnswer.parse(task), task);
  const workflow = workflowJson({ counts: { running: 1 }, tasks: [task] });
  assert.deepEqual(workflowDetailsAnswer.parse(workflow), workflow);
  assert.deepEqual(logLineAnswer.parse(logLine()), logLine());
});
