/** What the structure check knows, as data: the table of the architecture and the limits of size. */

/** A part of the project, and which other parts its files may import. */
export interface ModuleRule {
  readonly name: string;
  /** Tested against the path from the repository's root; the first match decides. */
  readonly files: RegExp;
  /** Names of modules beside its own; `*` for all that may be imported at all. */
  readonly mayImport: readonly string[];
  /** Modules of which it may import types alone. */
  readonly typesOnly?: boolean;
}

const ACTOR = ["runtime", "protocol", "config", "domain", "telemetry"] as const;
const FRONT_END = ["api", "task_service", "schema", "operations", ...ACTOR] as const;

/** Who may import whom. */
export const MODULES: readonly ModuleRule[] = [
  { name: "main", files: /^main\.ts$/, mayImport: ["*"] },
  { name: "library", files: /^mod\.ts$/, mayImport: ["*"] },
  { name: "tests", files: /^tests\//, mayImport: ["*"] },
  { name: "ci", files: /^\.ci\//, mayImport: ["*"] },

  { name: "domain", files: /^actors\/domain\//, mayImport: [] },
  { name: "telemetry", files: /^actors\/telemetry\//, mayImport: [] },
  { name: "runtime", files: /^actors\/runtime\//, mayImport: ["telemetry"] },
  { name: "protocol", files: /^actors\/protocol(\.ts$|\/)/, mayImport: ["domain"] },
  { name: "config", files: /^actors\/config(_\w+)?\.ts$/, mayImport: ["domain"] },
  { name: "storage", files: /^actors\/storage\//, mayImport: ["domain"] },
  { name: "scheduler", files: /^actors\/scheduler\//, mayImport: [...ACTOR, "storage"] },
  { name: "reader", files: /^actors\/reader\//, mayImport: [...ACTOR, "storage"] },
  { name: "cluster", files: /^actors\/cluster\//, mayImport: [...ACTOR, "storage"] },
  { name: "dispatcher", files: /^actors\/dispatcher\//, mayImport: ACTOR },
  { name: "supervisor", files: /^actors\/supervisor\//, mayImport: ACTOR },
  { name: "executor", files: /^actors\/executor\//, mayImport: [...ACTOR, "tasks", "sdk"] },

  { name: "sdk", files: /^tasks\/sdk(\/|\.ts$)/, mayImport: [] },
  { name: "tasks", files: /^tasks\//, mayImport: ["sdk"] },

  {
    name: "schema",
    files: /^api\/schema(_\w+)?\.ts$|^api\/schema\//,
    mayImport: ["domain", "protocol"],
  },
  {
    name: "task_service",
    files: /^api\/task_service(_\w+)?\.ts$/,
    mayImport: ["protocol", "runtime", "domain", "schema", "api"],
  },
  { name: "client_library", files: /^api\/client_library\.ts$/, mayImport: ["client", "sdk"] },
  { name: "api", files: /^api\/[^/]+\.ts$/, mayImport: ["task_service", "schema", ...ACTOR] },
  {
    name: "operations",
    files: /^api\/operations\//,
    mayImport: ["api", "task_service", "schema", ...ACTOR],
  },
  { name: "rest", files: /^api\/rest\//, mayImport: [...FRONT_END, "bundle"] },
  { name: "grpc", files: /^api\/grpc\//, mayImport: [...FRONT_END, "proto"] },
  { name: "cli", files: /^api\/cli\//, mayImport: [...FRONT_END, "client"] },
  { name: "node", files: /^api\/node\//, mayImport: ["*"] },
  { name: "testing", files: /^api\/testing\//, mayImport: ["*"] },
  { name: "client", files: /^api\/client\//, mayImport: [] },
  { name: "bundle", files: /^api\/dashboard\/bundle\//, mayImport: [] },
  { name: "dashboard", files: /^api\/dashboard\//, mayImport: ["schema"], typesOnly: true },
  { name: "proto", files: /^proto\//, mayImport: [] },
];

/** Files that nothing may import: they are started, or loaded by URL. Tests of `.ci` import it. */
export const ENTRIES = /^main\.ts$|^tests\/|(^|\/)(\w+_)?worker\.ts$/;

/** What runs in a browser, and stands in the dashboard's own configuration. */
const DASHBOARD_PACKAGES = [
  "@ariakit/react",
  "@tanstack/react-query",
  "@tanstack/react-table",
  "@xyflow/react",
  "react",
  "react-dom",
  "uplot",
  "wouter",
] as const;

/** npm packages that belong to one place, so that they stay replaceable; tests may use them all. */
export const PACKAGE_OWNERS: Readonly<Record<string, readonly string[]>> = {
  "comlink": ["runtime"],
  "typescript": ["ci"],
  ...Object.fromEntries(DASHBOARD_PACKAGES.map((name) => [name, ["dashboard"]])),
};

/** File names that say nothing of what a file holds. */
export const BANNED_NAMES: readonly string[] = ["utils", "helpers", "common", "manager", "types"];

/** Lines above which a file or a function is reported, and above which it is refused. */
export const SIZE_LIMITS = {
  file: { warn: 300, fail: 400 },
  function: { warn: 40, fail: 70 },
} as const;

/** Text that must not stand in the files that `files` matches. */
export interface TextRule {
  readonly pattern: RegExp;
  readonly what: string;
  readonly files: RegExp;
}

export const BANNED_TEXT: readonly TextRule[] = [
  {
    pattern: /(?<![\w.$}/)-])\/(?:work|root|home(?!\/user\b)|tmp)\/\w/,
    what: "a path of one machine",
    files: /./,
  },
  {
    pattern: /registry\.npmjs\.org|\bjsr\.io\b|npm[m]irror/,
    what: "a registry's host",
    files: /./,
  },
  {
    pattern: /\b(?:Deno\.test|describe|it)\.only\(/,
    what: "a test that silences the others",
    files: /^tests\//,
  },
  {
    pattern: /^(?!\s*(?:\*|\/\/)).*\bconsole\.\w/,
    what: "console output outside the command line",
    files: /^(?:actors\/(?!telemetry\/logger\.ts)|api\/(?!cli\/)|tasks\/)/,
  },
];
