import assert from "node:assert/strict";
import { type DashboardRig, dashboardTest } from "../support/browser.ts";
import { readGraph, workflowOf } from "../support/graphs.ts";

/** The tasks of Montage that depend on none, and all of them. */
const [FIRST, ALL] = [90, 619];

dashboardTest({
  name: "a workflow is watched live to its end, a task found in its graph, and the run replayed",
  fn: async (rig) => {
    await watchFindReplay(rig);
    await listFailRetryCancel(rig);
  },
});

async function watchFindReplay({ node, visit, accessibilityProblems }: DashboardRig) {
  await node.fetchApi("POST", "/api/queues/default/pause");
  const montage = workflowOf(readGraph("montage-619"), { id: "sky", msPerSecond: 5 });
  assert.equal((await node.fetchApi("POST", "/api/workflows", montage)).status, 201);
  const page = await visit("/workflows/sky");
  await page.getByText(`${FIRST} pending, ${ALL - FIRST} blocked`).waitFor();
  const graph = page.getByRole("region", { name: "Graph" });
  await graph.getByText("Wave 7").waitFor();
  await page.getByText("No task has started yet.").waitFor();

  await node.fetchApi("POST", "/api/queues/default/resume");
  await page.getByText(`${ALL} completed`).first().waitFor();
  await page.getByRole("region", { name: "Timeline" }).getByRole("link", { name: /, completed$/ })
    .first().waitFor();
  assert.deepEqual(await accessibilityProblems(page), []);

  const finder = page.getByRole("combobox", { name: "Find a task" });
  await finder.fill("madd_id0000617");
  await page.getByRole("option", { name: /mAdd_ID0000617/ }).waitFor();
  await finder.press("Enter");
  const found = (status: string) => graph.getByRole("link", { name: `mAdd_ID0000617, ${status}` });
  await found("completed").waitFor();
  assert.ok(await graph.locator(".react-flow__edge").count() > 0, "dependencies are drawn");

  const slider = page.getByRole("slider", { name: "Time in the run" });
  await slider.press("Home");
  await page.getByText(`${FIRST} pending, ${ALL - FIRST} blocked at that time`).waitFor();
  await found("blocked").waitFor();
  await page.getByLabel("Speed").selectOption("1000");
  await page.getByRole("button", { name: "Replay" }).click();
  await page.getByText(`${ALL} completed at that time`).waitFor();
  await page.getByRole("button", { name: "Replay" }).waitFor();
  await page.getByRole("button", { name: "As it ended" }).click();

  await found("completed").focus();
  await found("completed").press("Enter");
  await page.waitForURL(/\/tasks\//);
  await page.close();
}

/** `load-b` fails, which skips `index-b` and `report`. */
const IMPORT = [
  { key: "fetch", method: "noop" },
  { key: "load-a", method: "noop", deps: ["fetch"] },
  { key: "load-b", method: "fail", args: ["no such file", false], deps: ["fetch"] },
  { key: "index-b", method: "noop", deps: ["load-b"] },
  { key: "report", method: "noop", deps: ["load-a", "index-b"] },
];

async function listFailRetryCancel({ node, visit, accessibilityProblems }: DashboardRig) {
  const [id, name] = ["import-1", "Nightly import"];
  await node.fetchApi("POST", "/api/workflows", { id, name, tasks: IMPORT });
  const page = await visit("/workflows");
  await page.getByRole("link", { name: "Montage sky" }).waitFor();
  await page.getByLabel("Name or id").fill("Nightly");
  await page.getByLabel("Status").selectOption("failed");
  await page.waitForURL(/status=failed&q=Nightly/);
  await page.getByRole("img", { name: "Tasks: 2 completed, 1 failed, 2 skipped" }).waitFor();
  assert.deepEqual(await accessibilityProblems(page), []);
  await page.getByRole("link", { name: "Nightly import import-1" }).click();

  await page.getByText("1 task failed").waitFor();
  await page.getByText("2 others did not run because of that").waitFor();
  const graph = page.getByRole("region", { name: "Graph" });
  await graph.getByRole("link", { name: "report, skipped, held back by a failure" }).waitFor();
  await page.getByRole("button", { name: "Show load-b in the graph" }).click();
  await graph.getByRole("link", { name: "load-b, failed" }).waitFor();
  await page.getByRole("tab", { name: "Table" }).click();
  await page.getByLabel("Status").selectOption("failed");
  await page.getByRole("row", { name: /load-b/ }).waitFor();
  assert.equal(await page.getByRole("row").count(), 2);
  assert.deepEqual(await accessibilityProblems(page), []);

  await node.fetchApi("POST", "/api/queues/default/pause");
  await page.getByRole("button", { name: "Retry" }).click();
  await page.getByRole("button", { name: "Retry 1 task" }).click();
  await page.getByText("2 completed, 1 pending, 2 blocked").waitFor();
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("button", { name: "Cancel 3 tasks" }).click();
  await page.getByText(/^2 completed, .*cancelled/).waitFor();
  await page.close();

  const reader = await visit("/workflows/import-1", { token: { scope: "tasks:read" } });
  await reader.getByRole("tab", { name: "Table" }).waitFor();
  assert.equal(await reader.getByRole("button", { name: "Retry" }).count(), 0);
  await reader.close();
}
