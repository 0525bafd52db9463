import assert from "node:assert/strict";
import { type DashboardRig, dashboardTest } from "../support/browser.ts";
import { fillNode, LIVELY_IDS, LIVELY_NODE } from "../support/lively_node.ts";
import type { Page } from "../support/playwright.ts";

dashboardTest({
  name: "a schedule is made, used, changed and deleted; the system shows what runs where",
  node: LIVELY_NODE,
  fn: async (rig) => {
    await fillNode(rig.node, { ended: 1 });
    await seeSystem(rig);
    await seeOtherNode(rig);
    await seeWorkflows(rig);
    const page = await make(rig);
    await trigger(page);
    await pauseAndResume(page);
    await backfill(page);
    await change(rig, page);
    await remove(rig, page);
  },
});

async function seeSystem({ visit }: DashboardRig): Promise<void> {
  const page = await visit("/system");
  const executors = page.getByRole("table", { name: "Executors" });
  const busy = executors.getByRole("row").filter({ hasText: LIVELY_IDS.running });
  await busy.filter({ hasText: "images.resize, run 1" }).filter({ hasText: "async" }).waitFor();
  assert.match(
    await busy.getByRole("link", { name: LIVELY_IDS.running }).getAttribute("href") ?? "",
    /^\/tasks\/resize-1$/,
  );
  const actors = page.getByRole("table", { name: /^Actors of n-/ });
  for (const actor of ["supervisor", "scheduler", "executor-1", "http"]) {
    await actors.getByRole("row").filter({ hasText: actor }).filter({ hasText: "ready" }).first()
      .waitFor();
  }
  await page.getByText("term 1", { exact: true }).waitFor();
  await page.getByText(/of \d+ commits since/).waitFor();
  const reader = await visit("/system", { token: { scope: "tasks:read" }, refusals: true });
  await reader.getByRole("alert").filter({ hasText: "needs the scope admin" }).waitFor();
  assert.equal(await reader.getByRole("link", { name: "System" }).count(), 0);
}

/** A node of a cluster as the server would tell of it: there is none here. */
async function seeOtherNode({ node, visit, accessibilityProblems }: DashboardRig): Promise<void> {
  const { body: system } = await node.fetchApi("GET", "/api/system");
  const run = { method: "noop", run: 3, executor: "executor-2", startedAt: system.startedAt };
  const runs = Array.from({ length: 200 }, (_, i) => ({ ...run, taskId: `far-${i}` }));
  const load = { slots: 8, held: 250 };
  const other = { ...system.nodes[0], id: "n-far", leader: false, load, runs };
  const page = await visit("/schedules");
  await page.route(
    "**/api/system",
    (route) => route.fulfill({ json: { ...system, nodes: [...system.nodes, other] } }),
  );
  await page.getByRole("link", { name: "System" }).click();
  await page.getByText("200 runs of 250, those given to it first").click();
  const row = page.getByRole("table", { name: "Runs of n-far" }).getByRole("row").nth(200);
  await row.filter({ hasText: "executor-2" }).getByRole("link", { name: "far-199" }).waitFor();
  assert.deepEqual(await accessibilityProblems(page), []);
}

async function seeWorkflows({ node, visit }: DashboardRig): Promise<void> {
  const workflow = { name: "nightly", tasks: [{ key: "first", method: "noop" }] };
  await node.fetchApi("PUT", "/api/schedules/night", { cron: "0 3 * * *", workflow });
  await node.fetchApi("POST", "/api/schedules/night/trigger");
  const page = await visit("/schedules/night");
  const tick = page.getByRole("row").filter({ hasText: "triggered" });
  await tick.filter({ hasText: "completed" }).waitFor();
  const href = await tick.getByRole("link", { name: /^night:/ }).getAttribute("href");
  assert.match(href ?? "", /^\/workflows\/night%3A/);
}

async function make({ visit }: DashboardRig): Promise<Page> {
  const page = await visit("/schedules", { refusals: true });
  await page.getByRole("link", { name: LIVELY_IDS.schedule }).waitFor();
  await page.getByRole("button", { name: "New schedule" }).click();
  const dialog = page.getByRole("dialog", { name: "New schedule" });
  const set = dialog.getByRole("button", { name: "Set schedule" });
  await set.click();
  await dialog.getByText("must not be empty").waitFor();
  await dialog.getByLabel("Name").fill("inventory");
  await dialog.getByLabel("Cron expression").fill("30 3 * * 9");
  assert.equal(await dialog.getByLabel("Time zone").inputValue(), "Europe/Berlin");
  await dialog.getByLabel("Time zone").fill("America/New_York");
  await dialog.getByLabel("Method").fill("reports.daily");
  await dialog.getByLabel("day").fill("today");
  await set.click();
  await dialog.getByText("9 is no day of week").waitFor();
  await dialog.getByLabel("Cron expression").fill("30 3 * * *");
  await set.click();
  await page.waitForURL("**/schedules/inventory");
  await page.getByRole("heading", { name: "inventory" }).waitFor();
  // In the time zone of the schedule, and in the user's.
  await page.getByText(/, 03:30:00/).first().waitFor();
  await page.getByText(/, (08|09|10):30:00 CES?T/).first().waitFor();
  return page;
}

async function trigger(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Trigger", exact: true }).click();
  await page.getByRole("button", { name: "Trigger now" }).click();
  const tick = page.getByRole("row").filter({ hasText: "triggered" });
  await tick.filter({ hasText: "completed" }).waitFor();
  await tick.getByRole("link", { name: /^inventory/ }).waitFor();
}

async function pauseAndResume(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Pause", exact: true }).click();
  await page.getByRole("button", { name: "Pause schedule" }).click();
  // What the server says of the ticks of the pause.
  await page.getByText(/While paused no tick fires\. At resume/).waitFor();
  await page.getByText("If it were resumed now:").waitFor();
  await page.getByRole("button", { name: "Resume", exact: true }).click();
  await page.getByRole("button", { name: "Resume schedule" }).click();
  await page.getByText(/^Resumed:/).waitFor();
}

async function backfill(page: Page): Promise<void> {
  await choose(page, "Backfill …");
  const dialog = page.getByRole("dialog", { name: "Backfill inventory" });
  await dialog.getByLabel("From").fill(midnight(1));
  await dialog.getByLabel("Until").fill(midnight(3));
  await dialog.getByText("must be later than from").waitFor();
  const start = dialog.getByRole("button", { name: "Backfill" });
  assert.equal(await start.isEnabled(), false);
  await dialog.getByLabel("From").fill(midnight(3));
  await dialog.getByLabel("Until").fill(midnight(1));
  await dialog.getByText(/^2 ticks in that time would start work: the first is .*, the last /)
    .waitFor();
  await dialog.getByRole("button", { name: "Backfill 2 ticks" }).click();
  await dialog.getByText("2 ticks in that time, 2 of them started work.").waitFor();
  // Nothing of them is left, as is said when it is asked anew.
  await dialog.getByRole("button", { name: "Backfill", exact: true }).waitFor();
  await dialog.getByRole("button", { name: "Close" }).last().click();
}

/** The begin of a day that is so many days ago, as the field takes it. */
function midnight(daysAgo: number): string {
  return `${new Date(Date.now() - daysAgo * 86_400_000).toISOString().slice(0, 10)}T00:00`;
}

async function change({ node }: DashboardRig, page: Page): Promise<void> {
  await choose(page, "Edit …");
  const dialog = page.getByRole("dialog", { name: "Edit inventory" });
  assert.equal(await dialog.getByLabel("day").inputValue(), "today");
  await dialog.getByLabel("day").fill("tomorrow");
  await dialog.getByLabel("Further settings as JSON").fill('{"labels": {"team": "stock"}}');
  await dialog.getByLabel("While the work before still runs").selectOption("allow_all");
  await dialog.getByRole("button", { name: "Set schedule" }).click();
  // Not the message, which may still be that of the first time.
  await dialog.waitFor({ state: "hidden" });
  const { body } = await node.fetchApi("GET", "/api/schedules/inventory");
  assert.deepEqual(
    [body.args, body.labels, body.overlap, body.timezone],
    [[{ day: "tomorrow" }], { team: "stock" }, "allow_all", "America/New_York"],
  );
}

async function remove({ node }: DashboardRig, page: Page): Promise<void> {
  await choose(page, "Delete …");
  await page.getByRole("button", { name: "Delete schedule" }).click();
  await page.waitForURL("**/schedules");
  assert.equal((await node.fetchApi("GET", "/api/schedules/inventory")).status, 404);
}

async function choose(page: Page, item: string): Promise<void> {
  await page.getByRole("button", { name: "More" }).click();
  await page.getByRole("menuitem", { name: item }).click();
}
