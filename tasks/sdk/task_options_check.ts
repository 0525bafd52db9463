/**
 * Checks what a module gives to `task()`. Types say the same to TypeScript, but tasks are written in
 * JavaScript too, and a misspelt option that is silently ignored is found only in production.
 */

const OPTIONS: ReadonlySet<string> = new Set([
  "name",
  "aliases",
  "description",
  "input",
  "retry",
  "timeoutMs",
  "heartbeatTimeoutMs",
  "queue",
  "permissions",
  "onFailure",
  "onLeaseLost",
  "mode",
  "run",
]);
const RIGHTS: ReadonlySet<string> = new Set(["net", "read", "write", "env", "run"]);
const NAME = /^[^\s\p{C}]{1,200}$/u;
const QUEUE = /^[A-Za-z0-9._:-]{1,200}$/;
const DAY_MS = 86_400_000;
const TEN_YEARS_MS = 10 * 365.25 * DAY_MS;
const MAX_ALIASES = 100;

type Check = (value: unknown) => boolean;

/** What each option must be, as a test and in words; an absent option is always fine. */
const RULES: Readonly<Record<string, readonly [check: Check, must: string]>> = {
  aliases: [
    (value) => Array.isArray(value) && value.length <= MAX_ALIASES && value.every(isName),
    `an array of at most ${MAX_ALIASES} names, each 1 to 200 characters without white space`,
  ],
  description: [(value) => typeof value === "string", "a string"],
  input: [isStandardSchema, "a Standard Schema, as zod, valibot and arktype make them"],
  timeoutMs: [(value) => isWhole(value, 1, DAY_MS), `a whole number from 1 to ${DAY_MS}`],
  heartbeatTimeoutMs: [(value) => isWhole(value, 1, DAY_MS), `a whole number from 1 to ${DAY_MS}`],
  queue: [
    (value) => typeof value === "string" && QUEUE.test(value),
    "1 to 200 characters of A–Z a–z 0–9 . _ : -",
  ],
  mode: [isOneOf("async", "blocking"), '"async" or "blocking"'],
  onLeaseLost: [isOneOf("abort", "continue"), '"abort" or "continue"'],
};

const RETRY_RULES: typeof RULES = {
  maxAttempts: [(value) => isWhole(value, 1, 1_000), "a whole number from 1 to 1000"],
  backoff: [isOneOf("fixed", "linear", "exponential"), '"fixed", "linear" or "exponential"'],
  initialMs: [(value) => isWhole(value, 0, TEN_YEARS_MS), "a whole number of ms, 0 or more"],
  factor: [
    (value) => typeof value === "number" && value >= 1 && value <= 1_000,
    "a number from 1 to 1000",
  ],
  maxMs: [(value) => isWhole(value, 0, TEN_YEARS_MS), "a whole number of ms, 0 or more"],
  jitter: [isOneOf("full", "none"), '"full" or "none"'],
};

const HANDLER_RULES: typeof RULES = {
  args: [(value) => Array.isArray(value), "an array"],
  queue: [
    (value) => typeof value === "string" && QUEUE.test(value),
    "1 to 200 characters of A–Z a–z 0–9 . _ : -",
  ],
  priority: [(value) => isWhole(value, -100, 100), "a whole number from -100 to 100"],
  delayMs: [(value) => isWhole(value, 0, TEN_YEARS_MS), "a whole number of ms, 0 or more"],
  labels: [isLabels, "an object of at most 31 texts, each at most 200 characters"],
};
const HANDLER_OPTIONS: ReadonlySet<string> = new Set(["method", ...Object.keys(HANDLER_RULES)]);

/** Throws a TypeError that names the task, the option, and what it must be. */
export function checkTaskOptions(options: object): void {
  const given = new Map<string, unknown>(Object.entries(options));
  const name = given.get("name");
  if (!isName(name)) {
    throw new TypeError(
      `Cannot register a task: name ${show(name)} must be 1 to 200 characters without white space`,
    );
  }
  if (typeof given.get("run") !== "function") fail(name, "run", given.get("run"), "a function");
  for (const key of given.keys()) {
    if (!OPTIONS.has(key)) failUnknown(name, key, OPTIONS);
  }
  checkRules(name, "", given, RULES);
  checkPart(name, "retry", given.get("retry"), (retry) => {
    for (const key of retry.keys()) {
      if (!(key in RETRY_RULES)) {
        failUnknown(name, `retry.${key}`, new Set(Object.keys(RETRY_RULES)));
      }
    }
    checkRules(name, "retry.", retry, RETRY_RULES);
  });
  checkPart(name, "onFailure", given.get("onFailure"), (handler) => checkHandler(name, handler));
  checkPart(name, "permissions", given.get("permissions"), (rights) => checkRights(name, rights));
}

function checkRules(
  name: string,
  prefix: string,
  given: ReadonlyMap<string, unknown>,
  rules: typeof RULES,
): void {
  for (const [key, [check, must]] of Object.entries(rules)) {
    const value = given.get(key);
    if (value !== undefined && !check(value)) fail(name, prefix + key, value, must);
  }
}

function checkPart(
  name: string,
  key: string,
  value: unknown,
  check: (part: ReadonlyMap<string, unknown>) => void,
): void {
  if (value === undefined) return;
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    fail(name, key, value, "an object");
  }
  check(new Map(Object.entries(value)));
}

function checkHandler(name: string, handler: ReadonlyMap<string, unknown>): void {
  for (const key of handler.keys()) {
    if (!HANDLER_OPTIONS.has(key)) failUnknown(name, `onFailure.${key}`, HANDLER_OPTIONS);
  }
  const method = handler.get("method");
  if (!isName(method)) fail(name, "onFailure.method", method, "the name of a task");
  checkRules(name, "onFailure.", handler, HANDLER_RULES);
}

function checkRights(name: string, rights: ReadonlyMap<string, unknown>): void {
  for (const [right, value] of rights) {
    if (!RIGHTS.has(right)) failUnknown(name, `permissions.${right}`, RIGHTS);
    const fits = value === undefined || value === true ||
      (Array.isArray(value) && value.every((item) => typeof item === "string" && item !== ""));
    if (!fits) fail(name, `permissions.${right}`, value, "true or an array of strings");
  }
}

function fail(name: string, option: string, value: unknown, must: string): never {
  throw new TypeError(
    `Cannot register task "${name}": option ${option} is ${show(value)}, but must be ${must}`,
  );
}

function failUnknown(name: string, option: string, known: ReadonlySet<string>): never {
  throw new TypeError(
    `Cannot register task "${name}": there is no option ${option}; there are ${
      [...known].join(", ")
    }`,
  );
}

function isName(value: unknown): value is string {
  return typeof value === "string" && NAME.test(value);
}

function isWhole(value: unknown, min: number, max: number): boolean {
  return Number.isInteger(value) && Number(value) >= min && Number(value) <= max;
}

function isLabels(value: unknown): boolean {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const labels = Object.entries(value);
  return labels.length <= 31 &&
    labels.every(([key, text]) => isLabel(key) && key !== "" && isLabel(text));
}

function isLabel(value: unknown): boolean {
  return typeof value === "string" && value.length <= 200 && !value.includes("\0");
}

function isOneOf(...allowed: readonly unknown[]): Check {
  return (value) => allowed.includes(value);
}

function isStandardSchema(value: unknown): boolean {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return false;
  const standard: unknown = Reflect.get(value, "~standard");
  return typeof standard === "object" && standard !== null &&
    typeof Reflect.get(standard, "validate") === "function";
}

function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, 200));
  return typeof value === "object" && value !== null ? "an object" : String(value);
}
