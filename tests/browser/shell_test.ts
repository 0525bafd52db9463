import assert from "node:assert/strict";
import { type DashboardRig, dashboardTest, PHONE } from "../support/browser.ts";
import { LIVELY_NODE } from "../support/lively_node.ts";
import { startNode } from "../support/node_process.ts";
import type { Page } from "../support/playwright.ts";

dashboardTest({
  name: "one goes anywhere by keyboard and on a phone, and a lost server is said",
  node: LIVELY_NODE,
  fn: async (rig) => {
    await rig.node.fetchApi("POST", "/api/tasks", { id: "mail-1", method: "noop", queue: "mail" });
    await goByPalette(rig);
    await goByPhone(rig);
    await loseServer(rig);
  },
});

async function goByPalette({ visit, accessibilityProblems }: DashboardRig): Promise<void> {
  const page = await visit("/queues");
  await page.getByRole("heading", { name: "Queues" }).waitFor();
  const field = page.getByRole("combobox", { name: "Go to" });
  const results = page.getByRole("listbox", { name: "Results" });
  const active = (text: string) =>
    results.locator("[data-active-item]").filter({ hasText: text }).waitFor();

  await page.keyboard.press("Control+k");
  await field.fill("dark th");
  await active("Dark theme");
  await field.press("Enter");
  await page.locator('html[data-theme="dark"]').waitFor();

  await page.keyboard.press("/");
  await field.fill("mail-");
  const task = results.getByRole("option", { name: /^mail-1/ });
  await task.waitFor();
  assert.deepEqual(await accessibilityProblems(page), [], "the palette, in the dark theme");
  await task.click();
  await page.waitForURL(/\/tasks\/mail-1$/);

  await page.getByRole("button", { name: "Search" }).click();
  await field.fill("queues");
  await active("Queues");
  await field.press("Enter");
  await page.waitForURL(/\/queues$/);
  await page.getByRole("heading", { name: "Queues" }).waitFor();
  // The page has the focus.
  await page.locator("#content:focus").waitFor();
  await page.context().close();
}

async function goByPhone({ visit }: DashboardRig): Promise<void> {
  const page = await visit("/queues", { size: PHONE });
  const pages = page.getByRole("navigation", { name: "Pages" });
  await page.getByRole("button", { name: "Menu", expanded: false }).click();
  await pages.getByRole("link", { name: "Queues" }).click();
  await pages.waitFor({ state: "hidden" });
  await page.context().close();
}

async function loseServer({ node, visit }: DashboardRig): Promise<void> {
  const page: Page = await visit("/queues", { refusals: true });
  await page.getByRole("row", { name: /^mail/ }).waitFor();
  const lost = page.getByText("The connection to the server is lost");
  assert.equal(await lost.count(), 0);
  await node.stop();
  await lost.waitFor();
  const { dataDir, url } = node;
  await using again = await startNode({
    ...LIVELY_NODE,
    dataDir,
    args: [...LIVELY_NODE.args, "--no-grpc", "--http", new URL(url).host],
  });
  await lost.waitFor({ state: "hidden" });
  await again.fetchApi("PUT", "/api/queues/after", { weight: 2 });
  await page.getByRole("row", { name: /^after/ }).waitFor();
}
