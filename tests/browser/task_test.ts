import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { type DashboardRig, dashboardTest } from "../support/browser.ts";
import { eventually } from "../support/eventually.ts";
import type { Page } from "../support/playwright.ts";

const TASKS = fileURLToPath(new URL("../support/task_modules/watched.ts", import.meta.url));

dashboardTest({
  name: "a task says why it failed, runs again with other input, streams its log, and is stopped",
  node: { args: ["--tasks", TASKS] },
  fn: async (rig) => {
    await readAndRetry(rig);
    await watchAndStop(rig);
    await followRelations(rig);
    await deleteAndLookAgain(rig);
  },
});

async function readAndRetry({ node, visit }: DashboardRig): Promise<void> {
  const labels = { shop: "berlin" };
  const onFailure = { method: "noop" };
  const task = { id: "charge", method: "watched.charge", args: [95_000], labels, onFailure };
  await node.fetchApi("POST", "/api/tasks", task);
  const page = await visit("/tasks/charge", { refusals: true });
  const why = page.getByRole("region", { name: "Why it failed" });
  await why.getByText("It failed in attempt 1 of 5").waitFor();
  await why.getByText("Card was declined for 95000 cents").first().waitFor();
  await why.getByRole("region", { name: "Stack of NonRetryableError" }).waitFor();
  await page.getByRole("link", { name: "charge:on-failure:1" }).waitFor();

  await page.getByRole("button", { name: "Retry with edited input …" }).click();
  const dialog = page.getByRole("dialog", { name: "Retry watched.charge with edited input" });
  await dialog.getByRole("tab", { name: "JSON" }).click();
  const input = dialog.getByLabel("Arguments as JSON");
  assert.deepEqual(JSON.parse(await input.inputValue()), [95_000]);
  await input.fill("[1");
  await dialog.getByRole("button", { name: "Retry with this input" }).click();
  assert.equal(await input.getAttribute("aria-invalid"), "true");
  // The server's own words, and nothing of what was written is lost, not even by closing.
  await input.fill('[{"$int64":"x"}]');
  await dialog.getByRole("button", { name: "Retry with this input" }).click();
  await dialog.getByText("$int64").last().waitFor();
  await dialog.getByRole("button", { name: "Close" }).last().click();
  await page.getByRole("button", { name: "Retry with edited input …" }).click();
  assert.equal(await input.inputValue(), '[{"$int64":"x"}]');
  await input.fill("[200]");
  await dialog.getByRole("button", { name: "Retry with this input" }).click();
  await page.getByText("The task will run again with the new input").waitFor();
  await page.getByText("completed", { exact: true }).first().waitFor();
  await page.getByRole("group", { name: "result" }).getByText("9007199254740993").waitFor();
  await page.getByText("Run 2", { exact: true }).first().waitFor();
  await page.close();
}

async function watchAndStop(rig: DashboardRig): Promise<void> {
  const { node, visit } = rig;
  await node.fetchApi("POST", "/api/tasks", { id: "count", method: "watched.count" });
  const page = await visit("/tasks/count");
  const log = page.getByRole("log", { name: "Lines of the log" });
  await log.getByText("step 3", { exact: true }).waitFor();
  await page.getByRole("progressbar", { name: "Progress" }).waitFor();
  await page.getByText(/at step \d+$/).first().waitFor();
  await page.getByLabel("Level").selectOption({ label: "Warnings and errors" });
  await log.getByText("every second step, as 6 is").waitFor();
  assert.equal(await log.getByText("step 3", { exact: true }).count(), 0);
  await page.getByLabel("Level").selectOption({ label: "All levels" });
  await staysWhereOneReads(page);
  assert.deepEqual(await rig.accessibilityProblems(page), []);

  await page.getByRole("button", { name: "Cancel task" }).click();
  const dialog = page.getByRole("dialog", { name: "Cancel watched.count?" });
  await dialog.getByRole("button", { name: "Cancel task" }).click();
  await page.getByRole("region", { name: "How it ended" }).waitFor();
  await page.getByText("cancelled", { exact: true }).first().waitFor();
  await log.getByText("told to stop").waitFor();
  assert.equal(await page.getByRole("switch", { name: "Follow" }).count(), 0);
  await page.close();
}

/** Whoever scrolls up reads on undisturbed; the switch leads back to the end. */
async function staysWhereOneReads(page: Page): Promise<void> {
  const log = page.getByRole("log", { name: "Lines of the log" });
  const follow = page.getByRole("switch", { name: "Follow" });
  const look = (what: string) =>
    page.evaluate<number>(`document.querySelector(".task-log").${what}`);
  const top = () => look("scrollTop");
  const lines = () => look("querySelectorAll('li').length");
  await eventually(async () => await top() > 0, { what: "it follows at first" });
  await log.press("Home");
  await eventually(async () => await top() === 0, { what: "the log is scrolled up" });
  assert.equal(await follow.isChecked(), false);
  const seen = await lines();
  await eventually(async () => await lines() > seen + 10, { what: "further lines come" });
  assert.equal(await top(), 0);
  await follow.press("Space");
  await eventually(async () => await top() > 0, { what: "it follows again" });
}

async function followRelations({ node, visit }: DashboardRig): Promise<void> {
  await node.fetchApi("POST", "/api/workflows", {
    id: "album",
    tasks: [
      { key: "first", method: "sleep", args: [600_000] },
      { key: "second", method: "noop", deps: ["first"] },
    ],
  });
  const { body: workflow } = await node.fetchApi("GET", "/api/workflows/album");
  const [first, second] = workflow.tasks;
  const page = await visit(`/tasks/${second.id}`);
  const why = page.getByRole("region", { name: "Why it is not done yet" });
  await why.getByText("It waits for").waitFor();
  const related = page.getByRole("region", { name: "Related" });
  assert.match(
    await related.getByRole("link", { name: "album" }).getAttribute("href") ?? "",
    /album$/,
  );
  await related.getByRole("link", { name: "first" }).click();
  await page.getByRole("heading", { level: 1, name: "sleep" }).waitFor();
  await related.getByRole("link", { name: "second" }).waitFor();
  // What is told of a task in the page comes by itself.
  await node.fetchApi("POST", `/api/tasks/${first.id}/cancel`);
  await page.getByRole("button", { name: "Retry", exact: true }).waitFor();
  await related.getByText("skipped").waitFor();
  await page.close();
}

async function deleteAndLookAgain({ node, visit }: DashboardRig): Promise<void> {
  // What belongs to a task may be read in the very moment in which it goes.
  const reader = await visit("/tasks/charge", { token: { scope: "tasks:read" }, refusals: true });
  await reader.getByRole("heading", { level: 1 }).waitFor();
  assert.equal(await reader.getByRole("button", { name: /^(Retry|Cancel)/ }).count(), 0);
  const page = await visit("/tasks/charge", { refusals: true });
  await page.getByRole("button", { name: "More", exact: true }).click();
  await page.getByRole("menuitem", { name: "Delete task …" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete task" }).click();
  await page.getByText("The task is deleted").waitFor();
  await reader.getByText("This task was deleted while you looked at it").waitFor();
  await page.goto(`${node.url}/tasks/charge`);
  await page.getByText("There is no task with this id.").waitFor();
  await page.close();
  await reader.close();
}
