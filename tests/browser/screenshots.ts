/**
 * Pictures of every page of the dashboard, on desktop and phone, light and dark, of a node as one looks
 * in earnest, while the workflow "Montage" runs on it.
 *
 *     deno task screenshots [FOLDER] [--empty] [PAGE …]
 *
 * PAGE is a part of a path, as `queues` or `/tasks/`; without one, all pages. `--empty`: of a node without
 * any tasks. FOLDER is a new one among the system's temporary ones when absent; it is printed.
 */
import { join } from "node:path";
import { DESKTOP, findChromium, openDashboard, PHONE, settled } from "../support/browser.ts";
import { fillNode, LIVELY_NODE, LIVELY_PAGES } from "../support/lively_node.ts";
import type { Page } from "../support/playwright.ts";

const LOOKS = [
  { name: "desktop-light", size: DESKTOP, theme: "light" },
  { name: "desktop-dark", size: DESKTOP, theme: "dark" },
  { name: "phone-light", size: PHONE, theme: "light" },
  { name: "phone-dark", size: PHONE, theme: "dark" },
] as const;
/** Of each second of the recorded run: Montage is in its midst while the pictures are taken. */
const MS_PER_SECOND = 1_000;
/** So few of its tasks run at once that each status is seen. */
const CONCURRENCY = 12;

/** `/tasks/{id}` of the task `a` as `tasks_a`. */
function fileName(path: string): string {
  return path === "/" ? "overview" : path.slice(1).replaceAll(/[^\w.-]/g, "_");
}

async function shoot(page: Page, url: string, file: string): Promise<void> {
  await page.goto(url);
  await settled(page);
  await page.screenshot({ path: file, fullPage: true });
}

async function main(args: readonly string[]): Promise<void> {
  const unknown = args.find((arg) => arg.startsWith("-") && arg !== "--empty");
  if (unknown !== undefined) throw new Error(`Unknown option "${unknown}": there is --empty alone`);
  const chromium = findChromium();
  if (chromium === null) throw new Error("Cannot take pictures: there is no Chromium");
  const [given, ...parts] = args.filter((arg) => arg !== "--empty");
  const folder = given ?? await Deno.makeTempDir({ prefix: "dtask-screenshots-" });
  await Deno.mkdir(folder, { recursive: true });
  const paths = LIVELY_PAGES.filter((path) =>
    parts.length === 0 || parts.some((part) => path.includes(part))
  );
  const node = { args: [...LIVELY_NODE.args, "--concurrency", String(CONCURRENCY)] };
  await using rig = await openDashboard(chromium, node);
  const filled = !args.includes("--empty");
  if (filled) await fillNode(rig.node, { graph: "montage-619", msPerSecond: MS_PER_SECOND });
  for (const { name, size, theme } of LOOKS) {
    const page = await rig.visit("/", { size, theme, refusals: true });
    await settled(page);
    for (const path of paths) {
      await shoot(page, `${rig.node.url}${path}`, join(folder, `${fileName(path)}-${name}.png`));
    }
    await page.context().close();
  }
  console.log(`${paths.length * LOOKS.length} pictures in ${folder}`);
}

if (import.meta.main) await main(Deno.args);
