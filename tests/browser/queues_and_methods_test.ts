import assert from "node:assert/strict";
import { type DashboardRig, dashboardTest, PHONE } from "../support/browser.ts";
import { fillNode, LIVELY_NODE } from "../support/lively_node.ts";

dashboardTest({
  name: "a queue is paused, resumed and limited, and a method's form submits what is right",
  node: LIVELY_NODE,
  fn: async (rig) => {
    await fillNode(rig.node, { ended: 1 });
    await pauseAndResume(rig);
    await limit(rig);
    await submitByForm(rig);
    await submitAsJson(rig);
  },
});

async function pauseAndResume({ node, visit }: DashboardRig): Promise<void> {
  const page = await visit("/queues");
  await page.getByRole("button", { name: "Pause queue billing" }).click();
  const dialog = page.getByRole("dialog", { name: "Pause queue billing?" });
  await dialog.getByRole("button", { name: "Pause queue" }).click();
  await page.getByText("Queue billing is paused").waitFor();
  const { body: held } = await node.fetchApi("POST", "/api/tasks", {
    method: "orders.charge",
    payload: { order: "A-1", cents: 1, currency: "EUR" },
  });
  const row = page.getByRole("row").filter({ hasText: "billing" });
  await row.filter({ hasText: "paused" }).filter({ hasText: "1" }).waitFor();
  await page.getByRole("button", { name: "Resume queue billing" }).click();
  await page.getByRole("button", { name: "Resume queue", exact: true }).click();
  await row.filter({ hasText: "open" }).waitFor();
  const result = await node.fetchApi("GET", `/api/tasks/${held.id}/result?waitMs=60000`);
  assert.equal(result.body.status, "completed");
}

async function limit({ node, visit }: DashboardRig): Promise<void> {
  const page = await visit("/queues", { refusals: true });
  await page.getByRole("button", { name: "Limits queue images" }).click();
  const dialog = page.getByRole("dialog", { name: "Limits of queue images" });
  const runs = dialog.getByLabel("Runs at a time", { exact: true });
  assert.equal(await runs.inputValue(), "2");
  await runs.fill("many");
  await dialog.getByLabel("Starts").fill("10");
  await dialog.getByLabel("Unit of in").selectOption("minutes");
  await dialog.getByRole("button", { name: "Set limits" }).click();
  // The server's own words, at the field.
  await dialog.getByText("must be a number, not a text").waitFor();
  assert.equal(await runs.getAttribute("aria-invalid"), "true");
  await runs.fill("");
  await dialog.getByRole("button", { name: "Set limits" }).click();
  await page.getByText("The limits of queue images are set").waitFor();
  const { body } = await node.fetchApi("GET", "/api/queues");
  const images = body.items.find(({ name }: { name: string }) => name === "images");
  assert.deepEqual(
    [images.concurrency, images.rateLimit, images.weight],
    [null, { limit: 10, perMs: 60_000 }, 3],
  );
}

async function submitByForm({ node, visit }: DashboardRig): Promise<void> {
  const page = await visit("/methods", { size: PHONE });
  await page.getByLabel("Search").fill("charge");
  await page.getByRole("link", { name: "orders.charge" }).click();
  await page.getByRole("heading", { name: "orders.charge" }).waitFor();
  await page.getByLabel("order").fill("A-7");
  await page.getByLabel("cents").fill("12.5");
  await page.getByRole("button", { name: "Submit task" }).click();
  await page.getByText("Must be a whole number").waitFor();
  // One is where something is wrong.
  await page.locator('[aria-invalid="true"]:focus').waitFor();
  await page.getByLabel("cents").fill("1250");
  await page.getByRole("button", { name: "Give currency" }).click();
  await page.getByLabel("currency").selectOption("USD");
  await page.getByText("Queue, priority, delay, labels, id").click();
  await page.getByLabel("Id").fill("from-form");
  await page.getByLabel("Priority").fill("7");
  await page.getByLabel("Labels").fill("customer: ada\nvip");
  await page.getByRole("button", { name: "Submit task" }).click();
  await page.waitForURL("**/tasks/from-form");
  const { body } = await node.fetchApi("GET", "/api/tasks/from-form");
  assert.deepEqual(body.args, [{ order: "A-7", cents: 1_250, currency: "USD" }]);
  assert.deepEqual([body.priority, body.labels], [7, { customer: "ada", vip: "" }]);
}

async function submitAsJson({ node, visit }: DashboardRig): Promise<void> {
  const page = await visit("/methods/add", { refusals: true });
  await page.getByRole("button", { name: /^Add an argument/ }).click();
  await page.getByLabel("Item 1").fill("9007199254740993");
  await page.getByRole("tab", { name: "JSON" }).click();
  const json = page.getByLabel("Arguments as JSON");
  assert.deepEqual(JSON.parse(await json.inputValue()), [{ $int64: "9007199254740993" }]);
  await json.fill('[9007199254740993, {"$int64": "1"}]');
  await page.getByRole("button", { name: "Submit task" }).click();
  await page.getByText("would be rounded").waitFor();
  await json.fill('[{"$int64": "x"}, 1]');
  await page.getByRole("button", { name: "Submit task" }).click();
  await page.getByText(/^0/).waitFor();
  await json.fill('[{"$int64": "9007199254740993"}, 1]');
  await page.getByRole("button", { name: "Submit task" }).click();
  await page.waitForURL(/\/tasks\/.+/);
  const id = decodeURIComponent(new URL(page.url()).pathname.split("/").at(-1) ?? "");
  const { body } = await node.fetchApi("GET", `/api/tasks/${id}/result?waitMs=60000`);
  assert.deepEqual(body.result, { $int64: "9007199254740994" });
}
