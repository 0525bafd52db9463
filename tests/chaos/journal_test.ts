import assert from "node:assert/strict";
import { startNode } from "../support/node_process.ts";
import { awaitEnd, submitTask } from "../support/task_client.ts";
import { Journal } from "./journal.ts";

Deno.test("journal tells when the code of each run started and ended, and in which process", async () => {
  await using journal = await Journal.create();
  const args = ["--no-grpc", "--tasks", journal.module, "--allow-task-permissions"];
  await using node = await startNode({ args });
  for (const method of ["chaos.step", "chaos.flaky", "chaos.block"]) {
    const { id } = await submitTask(node, { id: method, method, args: [5] });
    assert.equal((await awaitEnd(node, id)).result, id);
  }
  const { starts, ends } = await journal.read();
  const names = [...starts, ...ends].map(({ task, run, pid }) => `${task} ${run} ${pid}`);
  const expected = ["step 1", "flaky 1", "flaky 2", "block 1"].map((run) => (
    `chaos.${run} ${node.pid}`
  ));
  assert.deepEqual(names.toSorted(), [...expected, ...expected].toSorted());
  for (const end of ends) {
    const start = starts.find(({ task, run }) => task === end.task && run === end.run);
    assert.ok(start !== undefined && start.at <= end.at);
  }
});
