import assert from "node:assert/strict";
import { type DashboardRig, dashboardTest } from "../support/browser.ts";
import { eventually } from "../support/eventually.ts";
import type { Page } from "../support/playwright.ts";
import { awaitEnd, getTask, submitTasks } from "../support/task_client.ts";

const BAD = ["bad-1", "bad-2", "bad-3"];
const DEAD = ["dead-1", "dead-2", "dead-3"];
const LATER = ["later-1", "later-2"];

/** Tasks that fail by their input, some that wait for tomorrow, and one that is done. */
async function fill({ node }: DashboardRig): Promise<void> {
  const labels = { team: "web" };
  const bad = { method: "sleep", args: ["long"] };
  await submitTasks(node, [
    ...BAD.map((id) => ({ id, ...bad, queue: "mail", labels })),
    ...DEAD.map((id) => ({ id, ...bad, queue: "post" })),
    ...LATER.map((id) => ({ id, method: "noop", delayMs: 86_400_000, labels })),
    { id: "done", method: "noop" },
  ]);
  for (const id of [...BAD, ...DEAD, "done"]) await awaitEnd(node, id);
}

dashboardTest({
  name:
    "a failed task is found by filter, read, and redriven with the count asked back; others are " +
    "cancelled, new ones wait while one reads; dead letters get other input, or are given up",
  fn: async (rig) => {
    await fill(rig);
    const page = await rig.visit("/tasks");
    await findAndRedrive(rig, page);
    await cancelAllThatMatch(rig, page);
    await watch(rig, page);
    await exportAll(page);
    await readOnly(rig);
    await readDeadLetters(rig, page);
    await discardDeadLetters(rig, page);
  },
});

async function findAndRedrive({ node }: DashboardRig, page: Page): Promise<void> {
  const search = page.getByRole("combobox", { name: "Find by id, method, queue or label" });
  await search.fill("team=web");
  await search.press("Enter");
  await page.getByRole("button", { name: /^Label team = web/ }).waitFor();
  await page.getByRole("button", { name: /^failed/ }).click();
  await page.getByRole("link", { name: "sleep bad-3" }).waitFor();
  assert.equal(new URL(page.url()).search, "?status=failed&label=team:web");
  const row = page.getByRole("row", { name: /bad-1/ });
  assert.match(await row.innerText(), /invalid input/);
  const { error } = await getTask(node, "bad-1");
  assert.ok((await row.innerText()).includes(error?.message.split("\n")[0] ?? "no error"));

  await page.getByLabel("Select bad-1").check();
  await page.getByLabel("Select bad-2").check();
  await page.getByRole("button", { name: "Redrive…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("2 of 2 can be redriven").waitFor();
  assert.equal((await getTask(node, "bad-1")).run, 1, "nothing has happened yet");
  await dialog.getByRole("button", { name: "Redrive 2 tasks" }).click();
  await page.getByText("2 tasks sent round again").waitFor();
  await eventually(async () => (await getTask(node, "bad-1")).run === 2, { what: "it ran again" });
  assert.equal((await getTask(node, "bad-3")).run, 1);
}

async function cancelAllThatMatch({ node }: DashboardRig, page: Page): Promise<void> {
  await page.getByRole("button", { name: "Clear filter" }).click();
  await page.getByRole("button", { name: /^scheduled/ }).click();
  await page.getByRole("link", { name: "noop later-1" }).waitFor();
  await page.getByLabel("Select all that are shown").check();
  await page.getByRole("button", { name: "Cancel…" }).click();
  await page.getByRole("button", { name: "Cancel 2 tasks" }).click();
  await page.getByText("2 tasks cancelled").waitFor();
  for (const id of LATER) assert.equal((await getTask(node, id)).status, "cancelled");
}

async function watch({ node }: DashboardRig, page: Page): Promise<void> {
  await page.goto(`${node.url}/tasks?queue=live`);
  await page.getByText("No task matches this filter.").waitFor();
  await submitTasks(node, [{ id: "first", method: "noop", queue: "live" }]);
  await page.getByRole("link", { name: "noop first" }).waitFor();
  await page.getByLabel("Select first").check();
  await submitTasks(node, [{ id: "second", method: "noop", queue: "live" }]);
  await page.getByText("1 new task ·").waitFor();
  assert.equal(await page.getByRole("link", { name: "noop second" }).count(), 0);
  await page.getByRole("button", { name: "Show" }).click();
  await page.getByRole("link", { name: "noop second" }).waitFor();
}

async function exportAll(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Clear choice" }).click();
  await page.getByRole("button", { name: "Export…" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Export", exact: true }).click();
  await page.getByText("2 tasks exported").waitFor();
}

async function readOnly({ visit }: DashboardRig): Promise<void> {
  const page = await visit("/tasks?queue=live", { token: { scope: "tasks:read" } });
  await page.getByLabel("Select first").check();
  await page.getByText("1 task chosen").waitFor();
  assert.equal(await page.getByRole("button", { name: "Cancel…" }).count(), 0);
}

async function readDeadLetters({ node }: DashboardRig, page: Page): Promise<void> {
  await page.goto(`${node.url}/dead-letters?queue=post`);
  await page.getByText("1 run of dead-1").click();
  await page.getByRole("row", { name: /dead-1/ }).getByText("Run 1").waitFor();

  await page.getByLabel("Select dead-3").check();
  await page.getByRole("button", { name: "Redrive…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("switch", { name: "New input for all of them" }).check();
  const args = dialog.getByLabel("Arguments");
  assert.deepEqual(JSON.parse(await args.inputValue()), ["long"]);
  await args.fill("{}");
  await dialog.getByText("Give a list of arguments").waitFor();
  await args.fill("[1]");
  await dialog.getByRole("button", { name: "Redrive 1 task" }).click();
  await page.getByText("1 task sent round again").waitFor();
  assert.equal((await awaitEnd(node, "dead-3")).status, "completed");
}

async function discardDeadLetters({ node }: DashboardRig, page: Page): Promise<void> {
  await page.getByRole("button", { name: "invalid input" }).click();
  await page.getByRole("button", { name: "Choose all that match" }).click();
  await page.getByRole("button", { name: "Discard…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("2 tasks can be discarded").waitFor();
  await dialog.getByRole("button", { name: "Discard 2 tasks" }).click();
  await page.getByText("2 tasks discarded").waitFor();
  const { body } = await node.fetchApi("GET", "/api/dead-letters?queue=post");
  assert.deepEqual(body.items, []);
}
