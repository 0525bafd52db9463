import assert from "node:assert/strict";
import { type DashboardRig, dashboardTest } from "../support/browser.ts";
import { fillNode, LIVELY_IDS, LIVELY_NODE } from "../support/lively_node.ts";

dashboardTest({
  name: "the overview shows what waits, moves by itself, and looks back",
  node: LIVELY_NODE,
  fn: async (rig) => {
    await fillNode(rig.node, { ended: 1 });
    await watchQueues(rig);
    await lookBack(rig);
    await readOnly(rig);
  },
});

async function watchQueues({ node, visit }: DashboardRig): Promise<void> {
  const page = await visit("/");
  const queues = page.getByRole("table", { name: "Queues with work" });
  const row = queues.getByRole("row").filter({ hasText: LIVELY_IDS.pausedQueue });
  const waiting = () => row.getByRole("cell").nth(1);
  await row.waitFor();
  const before = Number(await waiting().innerText());
  assert.ok(before > 0);
  await node.fetchApi("POST", "/api/tasks", { method: "noop", queue: LIVELY_IDS.pausedQueue });
  await row.getByRole("cell", { name: String(before + 1), exact: true }).waitFor();
  await page.getByRole("link", { name: "look at them" }).waitFor();
  await page.getByText(/^first in line: .*, ready /).waitFor();
  await row.getByRole("link", { name: "newsletter-1" }).click();
  await page.waitForURL("**/tasks/newsletter-1");
}

async function lookBack({ visit }: DashboardRig): Promise<void> {
  const page = await visit("/");
  await page.getByRole("heading", { name: "The last 5 minutes" }).waitFor();
  await page.getByRole("img", { name: /^Tasks a second\. Now: submitted / }).waitFor();
  await page.getByRole("radio", { name: "1 h" }).check();
  await page.waitForURL(/\?window=1h$/);
  await page.getByRole("heading", { name: "The last hour" }).waitFor();
  await page.getByText("Table of Tasks a second").click();
  const table = page.getByRole("table", { name: "Tasks a second" });
  await table.getByRole("row").nth(60).waitFor();
  await page.reload();
  await page.getByRole("heading", { name: "The last hour" }).waitFor();
  const nodes = page.getByRole("table", { name: "Nodes" });
  await nodes.getByRole("row").filter({ hasText: "leader" }).filter({ hasText: "active" })
    .waitFor();
}

async function readOnly({ visit }: DashboardRig): Promise<void> {
  const page = await visit("/", { token: { scope: "tasks:read" } });
  await page.getByText("Nodes and their leader are shown").waitFor();
  assert.equal(await page.getByRole("table", { name: "Nodes" }).isVisible(), false);
}
