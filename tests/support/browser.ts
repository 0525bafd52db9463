/**
 * The dashboard as a person sees it: a real node, Debian's Chromium, and tabs that fail the test when
 * anything goes wrong in them that the page does not show.
 */
import assert from "node:assert/strict";
import type { AccessTokenOptions } from "./access_token.ts";
import { type NodeProcess, startNode, type StartNodeOptions } from "./node_process.ts";
import { type Browser, type BrowserTools, loadPlaywright, type Page } from "./playwright.ts";
import { testOrSkip } from "./test_or_skip.ts";

const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
/** Why there is no test in a browser, and how to have it. */
export const NO_CHROMIUM = "there is no Chromium; with it (apt-get install chromium), run: " +
  "deno task test tests/browser";
/** A sandbox of its own needs rights that containers do not give; `/dev/shm` is small there. */
const FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"];
/** For what a person would wait for; a busy machine is slow. */
const PATIENCE_MS = 60_000;

/** What every test has. */
export interface DashboardRig {
  readonly node: NodeProcess;
  /** Opens a tab of its own at `path`, signed in as asked. */
  readonly visit: (path: string, options?: VisitOptions) => Promise<Page>;
  /** What axe-core finds in `page`, one line each; none where all is well. */
  readonly accessibilityProblems: (page: Page) => Promise<string[]>;
}

/** How a tab is opened. */
export interface VisitOptions {
  /** What the token allows; `admin` when absent. Null: not signed in. */
  readonly token?: AccessTokenOptions | null;
  readonly theme?: "light" | "dark";
  readonly size?: { readonly width: number; readonly height: number };
  /** The test makes the API refuse requests, which browsers write to the console. */
  readonly refusals?: boolean;
}

/** A walk through the dashboard. */
export interface DashboardTest {
  readonly name: string;
  readonly node?: StartNodeOptions;
  readonly fn: (rig: DashboardRig) => Promise<void>;
}

/** Sizes that pages are looked at in. */
export const DESKTOP = { width: 1_280, height: 800 } as const;
export const PHONE = { width: 390, height: 844 } as const;

/** Resolves when the page shows what it reads. */
export async function settled(page: Page): Promise<void> {
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.locator(".skeleton").first().waitFor({ state: "detached" });
}

/** Registers a walk; where there is no browser, says so and how to run it. */
export function dashboardTest({ name, node: options, fn }: DashboardTest): void {
  const executablePath = findChromium();
  testOrSkip({
    name: `dashboard: ${name}`,
    skip: executablePath === null ? NO_CHROMIUM : null,
    fn: async () => {
      await using rig = await openDashboard(executablePath ?? "", options);
      await fn(rig);
      rig.assertQuiet();
    },
  });
}

/** Starts a node and a browser; leaving the scope (`await using`) ends both. */
export async function openDashboard(
  executablePath: string,
  options?: StartNodeOptions,
): Promise<BrowserRig> {
  const tools = await loadPlaywright();
  const node = await startNode({ ...options, args: ["--no-grpc", ...options?.args ?? []] });
  try {
    const browser = await launchBrowser(tools, executablePath);
    return new BrowserRig({ node, browser, tools });
  } catch (error) {
    await node[Symbol.asyncDispose]();
    throw error;
  }
}

/** Starts a browser, which the caller closes. */
export function launchBrowser(
  { chromium }: Pick<BrowserTools, "chromium">,
  executablePath: string,
): Promise<Browser> {
  return chromium.launch({ executablePath, args: FLAGS, timeout: PATIENCE_MS });
}

/** Where Chromium is; null where it is not. */
export function findChromium(): string | null {
  return CHROMIUM.find((path) => {
    try {
      return Deno.statSync(path).isFile;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    }
  }) ?? null;
}

interface BrowserRigParts {
  readonly node: NodeProcess;
  readonly browser: Browser;
  readonly tools: BrowserTools;
}

/** A node with a browser. */
export class BrowserRig implements DashboardRig, AsyncDisposable {
  readonly node: NodeProcess;
  readonly #parts: BrowserRigParts;
  /** What went wrong in any tab without being shown. */
  readonly #faults: string[] = [];

  constructor(parts: BrowserRigParts) {
    this.node = parts.node;
    this.#parts = parts;
  }

  visit = async (path: string, options: VisitOptions = {}): Promise<Page> => {
    const { token = {}, theme = "light", size = DESKTOP, refusals = false } = options;
    const context = await this.#parts.browser.newContext({
      colorScheme: theme,
      viewport: size,
      reducedMotion: "reduce",
      timezoneId: "Europe/Berlin",
      locale: "en-GB",
    });
    await context.addInitScript({ content: REPORT_VIOLATIONS });
    await context.addInitScript({ path: this.#parts.tools.axePath });
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    this.#watch(page, refusals);
    const signed = token === null ? "" : await this.node.token(token);
    await page.goto(`${this.node.url}${path}${signed === "" ? "" : `#token=${signed}`}`);
    return page;
  };

  accessibilityProblems = async (page: Page): Promise<string[]> => {
    return await page.evaluate(runAxe, RULES);
  };

  /** Throws where any tab wrote an error, threw, or asked for what its policy refuses. */
  assertQuiet(): void {
    assert.deepEqual(this.#faults, []);
  }

  #watch(page: Page, refusals: boolean): void {
    page.on("pageerror", (error) => this.#faults.push(`uncaught: ${error.stack ?? error.message}`));
    page.on("console", (message) => {
      if (message.type() !== "error") return;
      const { url } = message.location();
      const refused = message.text().startsWith("Failed to load resource") &&
        url.startsWith(`${this.node.url}/api/`);
      if (!refused || !refusals) this.#faults.push(`console: ${message.text()} (${url})`);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.browser.close();
    await this.node[Symbol.asyncDispose]();
  }
}

const REPORT_VIOLATIONS = `document.addEventListener("securitypolicyviolation", (event) =>
  console.error("policy violated: " + event.violatedDirective + " by " + event.blockedURI));`;
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/** Runs in the page. */
async function runAxe(rules: readonly string[]): Promise<string[]> {
  interface Found {
    readonly violations: readonly {
      readonly id: string;
      readonly help: string;
      readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
    }[];
  }
  interface Axe {
    run(context: unknown, options: unknown): Promise<Found>;
  }
  const scope = globalThis as unknown as { readonly axe: Axe; readonly document: unknown };
  const runOnly = { type: "tag", values: rules };
  const { violations } = await scope.axe.run(scope.document, { runOnly });
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${help}: ${html}: ${failureSummary}`)
  );
}
