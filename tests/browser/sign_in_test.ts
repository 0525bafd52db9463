import assert from "node:assert/strict";
import { type DashboardRig, dashboardTest } from "../support/browser.ts";

dashboardTest({
  name: "a link or a form signs in, scopes decide what can be done, refused tokens are said to be",
  fn: async (rig) => {
    await rig.node.fetchApi("POST", "/api/tasks", { method: "noop", queue: "mail" });
    await signInAndOut(rig);
    await readOnly(rig);
    await refuseTokens(rig);
  },
});

async function signInAndOut({ node, visit, accessibilityProblems }: DashboardRig): Promise<void> {
  const page = await visit("/queues");
  const pause = page.getByRole("button", { name: "Pause queue mail" });
  await pause.waitFor();
  assert.equal(await page.title(), "Queues · dtask");
  assert.equal(new URL(page.url()).hash, "", "the token does not stay in the address");
  const kept = await page.evaluate("JSON.stringify({ ...localStorage }) + document.cookie");
  assert.equal(kept, "{}", "the token is kept for the tab alone");
  await page.reload();
  await pause.waitFor();

  await page.getByRole("button", { name: "Session and theme" }).click();
  const leave = page.getByRole("menuitem", { name: "Sign out" });
  await leave.waitFor();
  assert.deepEqual(await accessibilityProblems(page), [], "the menu");
  await leave.click();
  await page.getByRole("heading", { name: "Sign in to dtask" }).waitFor();
  assert.deepEqual(await accessibilityProblems(page), [], "the form");
  assert.equal(await page.evaluate("sessionStorage.length"), 0);
  await page.getByLabel("Token").fill(await node.token());
  await page.getByLabel("Token").press("Enter");
  await pause.waitFor();
}

async function readOnly({ visit }: DashboardRig): Promise<void> {
  const page = await visit("/queues", { token: { scope: "tasks:read" } });
  await page.getByRole("cell", { name: "mail" }).waitFor();
  assert.equal(await page.getByRole("button", { name: /^Pause/ }).count(), 0);
}

async function refuseTokens({ node, visit }: DashboardRig): Promise<void> {
  const page = await visit("/queues", { token: null, refusals: true });
  const token = page.getByLabel("Token");
  const tries = [
    ["nonsense", "the token is not valid"],
    [await node.token({ expiresIn: -600 }), "the token has expired"],
    [await node.token({ scope: "tasks:write" }), "needs the scope tasks:read"],
  ] as const;
  for (const [text, answer] of tries) {
    await token.fill(text);
    await token.press("Enter");
    await page.getByText(answer).waitFor();
  }
  assert.equal(await page.evaluate("sessionStorage.length"), 0);

  const late = await visit("/queues", { token: { expiresIn: -600 }, refusals: true });
  await late.getByRole("alert").filter({ hasText: "the token has expired" }).waitFor();
  await late.getByRole("heading", { name: "Sign in to dtask" }).waitFor();
}

dashboardTest({
  name: "a node without authentication asks for no token",
  node: { auth: false },
  fn: async ({ visit }) => {
    const page = await visit("/queues");
    await page.getByText("No queue yet.").waitFor();
    await page.getByRole("button", { name: "Session and theme" }).click();
    await page.getByText("This node asks for no token.").waitFor();
    assert.equal(await page.getByRole("menuitem", { name: "Sign out" }).count(), 0);
  },
});
