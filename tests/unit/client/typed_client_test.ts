/**
 * What the compiler knows of tasks. The gate checks types: each `@ts-expect-error` is a line that must
 * not compile, and an unused one is an error.
 */
import assert from "node:assert/strict";
import { z } from "zod";
import {
  type Client,
  task,
  type TaskHandle,
  type TaskValue,
  Workflow,
  type WorkflowTask,
} from "../../../mod.ts";

const add = task({
  name: "client.add",
  input: z.tuple([z.number(), z.number()]),
  run: ([a, b]) => a + b,
});
const greet = task({
  name: "client.greet",
  // What goes in and what comes out of the schema differ: clients give the former.
  input: z.tuple([z.object({ name: z.string(), times: z.string().transform(Number) })]),
  run: async ([{ name, times }]) => await { text: name.repeat(times), tags: ["x"] },
});
const anything = task({ name: "client.anything", run: (args) => args });
const nothing = task({ name: "client.nothing", input: z.tuple([]), run: () => {} });
const many = task({ name: "client.many", input: z.array(z.bigint()), run: (all) => all.length });

/** Never called: it only has to compile, and the wrong lines in it must not. */
async function typesOf(client: Client): Promise<void> {
  const sum: TaskHandle<number> = await client.submit(add, [1, 2]);
  const total: number = await sum.wait();
  const { text, tags }: { text: string; tags: string[] } = await (await client.submit(greet, [
    { name: "x", times: "3" },
  ])).wait();
  const given: readonly TaskValue[] =
    await (await client.submit(anything, [1n, { a: [text, tags] }]))
      .wait();
  const empty: null = await (await client.submit(nothing, [])).wait();
  await client.submit(many, [1n, 2n, sum.result as never]);
  const named: number = await (await client.submit<typeof add>("client.add", [1, 2])).wait();
  await client.submit("client.add", [1, "anything", { at: [sum.result] }]);
  const raw: string = (await client.submit({ method: "client.add", args: [1, 2] })).status;
  const again: string = (await client.task<typeof greet>("id").wait()).text;
  assert.ok([total, given, empty, named, raw, again]);

  // @ts-expect-error: a string is no number
  await client.submit(add, [1, "2"]);
  // @ts-expect-error: there are two arguments
  await client.submit(add, [1]);
  // @ts-expect-error: there are two arguments
  await client.submit(add, [1, 2, 3]);
  // @ts-expect-error: the result is a number
  const wrong: string = await sum.wait();
  // @ts-expect-error: `times` is given as text
  await client.submit(greet, [{ name: "x", times: 3 }]);
  // @ts-expect-error: `name` is missing
  await client.submit(greet, [{ times: "3" }]);
  // @ts-expect-error: it takes none
  await client.submit(nothing, [1]);
  // @ts-expect-error: by the type that is said
  await client.submit<typeof add>("client.add", ["1", 2]);
  // @ts-expect-error: there is no such setting
  await client.submit(add, [1, 2], { priorty: 1 });
  // @ts-expect-error: a function can't be sent
  await client.submit("client.add", [() => 1]);
  assert.ok(wrong);
}

Deno.test("workflow: the result of a task fits where its type does, at any depth", () => {
  assert.equal(typeof typesOf, "function");
  const graph = new Workflow();
  const one: WorkflowTask<number> = graph.add(add, [1, 2]);
  const two = graph.add(add, [one.result, 3]);
  const greeting = graph.add(greet, [{ name: "x", times: "2" }]);
  graph.add(anything, [one.result, { deep: [two.result, greeting.result] }]);
  graph.add("by.name", [greeting.result]);
  graph.add(greet, [{ name: graph.add<typeof text>("text", []).result, times: "1" }]);
  // @ts-expect-error: a greeting is no number
  graph.add(add, [greeting.result, 3]);
  // @ts-expect-error: a number is no name
  graph.add(greet, [{ name: one.result, times: "1" }]);
  const [, second, , fourth] = graph.toJSON().tasks;
  assert.deepEqual(second?.args, [{ $result: "client.add" }, 3]);
  assert.deepEqual(second?.deps, ["client.add"]);
  assert.deepEqual(fourth?.deps, ["client.add", "client.add-2", "client.greet"]);
});

const text = task({ name: "client.text", input: z.tuple([]), run: () => "text" });
