/**
 * Pictures of every page of the dashboard, on desktop and phone, light and dark, of a node as one looks
 * in earnest, while the workflow "Montage" runs on it.
 *
 *     deno task screenshots [FOLDER] [--empty] [--minutes N] [PAGE …]
 *
 * PAGE is a part of a path, as `queues` or `/tasks/`; without one, all pages. `--empty`: of a node without
 * any tasks; `--minutes`: of one that has worked for so long. FOLDER is a new one among the system's temporary ones when absent; it is printed.
 */
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { DESKTOP, findChromium, openDashboard, PHONE, settled } from "../support/browser.ts";
import { fillNode, LIVELY_NODE, LIVELY_PAGES } from "../support/lively_node.ts";
import type { NodeProcess } from "../support/node_process.ts";
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

/** What the command line asks for. */
interface Plan {
  readonly folder: string;
  readonly paths: readonly string[];
  readonly empty: boolean;
  /** How long the node works before Montage begins and the pictures are taken. */
  readonly workMs: number;
}

async function readPlan(args: string[]): Promise<Plan> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      empty: { type: "boolean", default: false },
      minutes: { type: "string", default: "0" },
    },
  });
  const [given, ...parts] = positionals;
  const folder = given ?? await Deno.makeTempDir({ prefix: "dtask-screenshots-" });
  await Deno.mkdir(folder, { recursive: true });
  const paths = LIVELY_PAGES.filter((path) =>
    parts.length === 0 || parts.some((part) => path.includes(part))
  );
  return { folder, paths, empty: values.empty, workMs: Number(values.minutes) * 60_000 };
}

/** Gives the node work that comes and goes in waves, for charts that have something to show. */
async function work(node: NodeProcess, workMs: number): Promise<void> {
  const mail = { method: "mail.send", payload: { to: "ada@shop.example", subject: "News" } };
  const charge = (cents: number) => ({
    method: "orders.charge",
    payload: { order: "A-1042", cents },
  });
  const end = performance.now() + workMs;
  for (let round = 0; performance.now() < end; round++) {
    const count = Math.round(12 + 8 * Math.sin(round / 40) + 4 * Math.sin(round / 9));
    const tasks = Array.from({ length: count }, (_, i) => i % 3 === 0 ? charge(4_900) : mail);
    if (round % 60 === 30) tasks.push(charge(99_000));
    await node.fetchApi("POST", "/api/tasks/batch", { tasks });
    await delay(250);
  }
}

async function main(args: string[]): Promise<void> {
  const chromium = findChromium();
  if (chromium === null) throw new Error("Cannot take pictures: there is no Chromium");
  const { folder, paths, empty, workMs } = await readPlan(args);
  const node = { args: [...LIVELY_NODE.args, "--concurrency", String(CONCURRENCY)] };
  await using rig = await openDashboard(chromium, node);
  await work(rig.node, workMs);
  if (!empty) await fillNode(rig.node, { graph: "montage-619", msPerSecond: MS_PER_SECOND });
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
