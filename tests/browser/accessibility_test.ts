import assert from "node:assert/strict";
import { DASHBOARD_PATHS } from "../../api/rest/routes/dashboard.ts";
import { dashboardTest, PHONE } from "../support/browser.ts";
import { fillNode, LIVELY_IDS, LIVELY_NODE } from "../support/lively_node.ts";
import type { Page } from "../support/playwright.ts";

/** Every page, with something in it: the parts of paths that name a thing name one that is there. */
const PAGES = DASHBOARD_PATHS.map((path) =>
  path.replace("/tasks/{id}", `/tasks/${LIVELY_IDS.tried}`)
    .replace("/workflows/{id}", `/workflows/${LIVELY_IDS.workflow}`)
    .replace("/schedules/{name}", `/schedules/${LIVELY_IDS.schedule}`)
    .replace("/methods/{name}", `/methods/${LIVELY_IDS.method}`)
);

dashboardTest({
  name: "axe-core finds nothing on any page, in both themes, nor does any page scroll sideways",
  node: LIVELY_NODE,
  fn: async ({ node, visit, accessibilityProblems }) => {
    await fillNode(node);
    const page = await visit(PAGES[0] ?? "/");
    const problems: string[] = [];
    for (const path of PAGES) {
      await page.goto(`${node.url}${path}`);
      await settle(page);
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        const found = await accessibilityProblems(page);
        problems.push(...found.map((problem) => `${path} in ${colorScheme}: ${problem}`));
      }
      await page.setViewportSize(PHONE);
      const wider = await page.evaluate<number>(WIDER_BY);
      if (wider > 0) problems.push(`${path} on a phone: ${wider} px wider than the screen`);
      await page.setViewportSize({ width: 1_280, height: 800 });
    }
    assert.deepEqual(problems, []);
  },
});

const WIDER_BY = "document.documentElement.scrollWidth - document.documentElement.clientWidth";

/** Until the page shows what it reads. */
async function settle(page: Page): Promise<void> {
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.waitForFunction(`document.querySelector(".skeleton") === null`);
}
