/**
 * Playwright and axe-core from their npm packages. They have a lock file of their own: nobody who only
 * runs dtask downloads them. Without the packages' types in any configuration, what tests use of them
 * is declared here; its reference is Playwright's.
 */
import { fileURLToPath } from "node:url";

const PLAYWRIGHT = "npm:playwright-core@1.65.1";
const AXE = "npm:axe-core@4.14.1";
const LOCK = fileURLToPath(new URL("./playwright.lock", import.meta.url));

/** A pattern or exact text by which something is found. */
export type TextMatch = string | RegExp;

/** Elements of a page, found anew at each use; actions wait until they can be done. */
export interface Locator extends Finders {
  all(): Promise<Locator[]>;
  allTextContents(): Promise<string[]>;
  ariaSnapshot(): Promise<string>;
  boundingBox(): Promise<
    | { readonly x: number; readonly y: number; readonly width: number; readonly height: number }
    | null
  >;
  check(): Promise<void>;
  click(
    options?: { readonly position?: { readonly x: number; readonly y: number } },
  ): Promise<void>;
  count(): Promise<number>;
  dragTo(target: Locator): Promise<void>;
  fill(value: string): Promise<void>;
  filter(options: {
    readonly hasText?: TextMatch;
    readonly hasNotText?: TextMatch;
    readonly has?: Locator;
    readonly visible?: boolean;
  }): Locator;
  first(): Locator;
  focus(): Promise<void>;
  getAttribute(name: string): Promise<string | null>;
  hover(): Promise<void>;
  innerText(): Promise<string>;
  inputValue(): Promise<string>;
  isChecked(): Promise<boolean>;
  isEnabled(): Promise<boolean>;
  isVisible(): Promise<boolean>;
  last(): Locator;
  nth(index: number): Locator;
  press(key: string): Promise<void>;
  scrollIntoViewIfNeeded(): Promise<void>;
  selectOption(value: string | { readonly label: string }): Promise<string[]>;
  setInputFiles(files: string): Promise<void>;
  textContent(): Promise<string | null>;
  uncheck(): Promise<void>;
  waitFor(options?: {
    readonly state?: "attached" | "detached" | "visible" | "hidden";
    readonly timeout?: number;
  }): Promise<void>;
}

/** How elements are found: as users and screen readers find them. */
export interface Finders {
  getByLabel(text: TextMatch, options?: { readonly exact?: boolean }): Locator;
  getByRole(role: string, options?: {
    readonly name?: TextMatch;
    readonly exact?: boolean;
    readonly level?: number;
    readonly checked?: boolean;
    readonly expanded?: boolean;
    readonly pressed?: boolean;
    readonly selected?: boolean;
    readonly disabled?: boolean;
  }): Locator;
  getByText(text: TextMatch, options?: { readonly exact?: boolean }): Locator;
  getByTitle(text: TextMatch): Locator;
  /** By CSS: for what has no role, such as the elements of a drawing. */
  locator(selector: string): Locator;
}

/** What a page wrote to its console. */
export interface ConsoleMessage {
  type(): string;
  text(): string;
  location(): { readonly url: string };
}

/** A request that is answered by the test. */
export interface Route {
  fulfill(answer: { readonly json: unknown }): Promise<void>;
}

/** A request that a page made. */
export interface PageRequest {
  url(): string;
  method(): string;
  headers(): Readonly<Record<string, string>>;
}

/** A download that a page began. */
export interface Download {
  suggestedFilename(): string;
  saveAs(path: string): Promise<void>;
}

/** A tab. */
export interface Page extends Finders {
  readonly keyboard: {
    press(key: string): Promise<void>;
    type(text: string): Promise<void>;
  };
  readonly mouse: {
    move(x: number, y: number): Promise<void>;
    down(): Promise<void>;
    up(): Promise<void>;
    wheel(x: number, y: number): Promise<void>;
  };
  close(): Promise<void>;
  context(): BrowserContext;
  emulateMedia(options: {
    readonly colorScheme?: "light" | "dark";
    readonly reducedMotion?: "reduce" | "no-preference";
  }): Promise<void>;
  /** An expression as text: what runs in the page is not checked with the types of Deno. */
  evaluate<T>(expression: string): Promise<T>;
  evaluate<T, A>(run: (argument: A) => T | Promise<T>, argument: A): Promise<T>;
  goBack(): Promise<unknown>;
  goto(url: string): Promise<unknown>;
  on(event: "console", take: (message: ConsoleMessage) => void): void;
  on(event: "pageerror", take: (error: Error) => void): void;
  on(event: "request", take: (request: PageRequest) => void): void;
  reload(): Promise<unknown>;
  /** Has requests for what fits the pattern answered by the test. */
  route(pattern: string, answer: (route: Route) => Promise<void>): Promise<void>;
  screenshot(options: { readonly path: string; readonly fullPage?: boolean }): Promise<unknown>;
  setDefaultTimeout(ms: number): void;
  setViewportSize(size: { readonly width: number; readonly height: number }): Promise<void>;
  title(): Promise<string>;
  url(): string;
  waitForEvent(event: "download"): Promise<Download>;
  waitForURL(url: string | RegExp | ((url: URL) => boolean)): Promise<void>;
}

/** Tabs that share storage. */
export interface BrowserContext {
  addInitScript(script: { readonly content?: string; readonly path?: string }): Promise<void>;
  close(): Promise<void>;
  newPage(): Promise<Page>;
  setOffline(offline: boolean): Promise<void>;
}

/** A browser. */
export interface Browser {
  close(): Promise<void>;
  newContext(options: {
    readonly colorScheme?: "light" | "dark";
    readonly viewport?: { readonly width: number; readonly height: number };
    readonly reducedMotion?: "reduce" | "no-preference";
    readonly timezoneId?: string;
    readonly locale?: string;
    readonly permissions?: readonly string[];
    readonly deviceScaleFactor?: number;
  }): Promise<BrowserContext>;
}

/** What starts browsers. */
export interface BrowserType {
  launch(options: {
    readonly executablePath: string;
    readonly args: readonly string[];
    readonly timeout: number;
  }): Promise<Browser>;
}

/** The packages, downloaded where this machine does not have them yet. */
export interface BrowserTools {
  readonly chromium: BrowserType;
  /** The file of axe-core for browsers. */
  readonly axePath: string;
}

/** Finds both packages. */
export async function loadPlaywright(): Promise<BrowserTools> {
  // What is imported is downloaded, also where it never runs.
  const source =
    `if (Deno.args.length > 9) await import("${PLAYWRIGHT}"), await import("${AXE}");` +
    `console.log(import.meta.resolve("${PLAYWRIGHT}"));` +
    `console.log(import.meta.resolve("${AXE}/axe.min.js"));`;
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--quiet", "--no-config", `--lock=${LOCK}`, "--frozen", source],
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`Cannot get Playwright:\n${decoder.decode(stderr)}`);
  const [playwright = "", axe = ""] = decoder.decode(stdout).trim().split("\n");
  const { chromium }: { chromium: BrowserType } = await import(playwright);
  return { chromium, axePath: fileURLToPath(axe) };
}
