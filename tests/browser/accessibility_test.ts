import assert from "node:assert/strict";
import { dashboardTest, DESKTOP, PHONE, settled } from "../support/browser.ts";
import { fillNode, LIVELY_NODE, LIVELY_PAGES } from "../support/lively_node.ts";

dashboardTest({
  name: "axe-core finds nothing on any page, in both themes, nor does any page scroll sideways",
  node: LIVELY_NODE,
  fn: async ({ node, visit, accessibilityProblems }) => {
    await fillNode(node);
    const page = await visit("/");
    const problems: string[] = [];
    for (const path of LIVELY_PAGES) {
      await page.goto(`${node.url}${path}`);
      await settled(page);
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        const found = await accessibilityProblems(page);
        problems.push(...found.map((problem) => `${path} in ${colorScheme}: ${problem}`));
      }
      await page.setViewportSize(PHONE);
      const wider = await page.evaluate<number>(WIDER_BY);
      if (wider > 0) problems.push(`${path} on a phone: ${wider} px wider than the screen`);
      await page.setViewportSize(DESKTOP);
    }
    assert.deepEqual(problems, []);
  },
});

const WIDER_BY = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
