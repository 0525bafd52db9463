/** The dashboard: one page at each of its addresses, and the two files that it loads. */
import { APP_SCRIPT, APP_STYLE } from "../pages/dashboard_assets.ts";
import { dashboardPage } from "../pages/dashboard_page.ts";
import { pageAnswer } from "../pages/page.ts";
import type { Call, Route } from "../route.ts";

/** Where the dashboard's own routes are; they have to be the same (`api/dashboard/pages/pages.ts`). */
export const DASHBOARD_PATHS = [
  "/",
  "/tasks",
  "/tasks/{id}",
  "/workflows",
  "/workflows/{id}",
  "/queues",
  "/schedules",
  "/schedules/{name}",
  "/dead-letters",
  "/methods",
  "/methods/{name}",
  "/system",
] as const;

const tag = "dashboard";

function showDashboard({ node }: Call): Response {
  return pageAnswer(dashboardPage(node.config.auth.kind !== "none"));
}

const PAGES = DASHBOARD_PATHS.map((path): Route => ({
  method: "get",
  path,
  scope: null,
  summary: "A page of the dashboard",
  tag,
  answers: { 200: { description: "The page.", contentType: "text/html" } },
  hidden: true,
  page: true,
  handle: showDashboard,
}));

const ASSETS = ([["/assets/app.js", APP_SCRIPT], ["/assets/app.css", APP_STYLE]] as const).map(
  ([path, asset]): Route => ({
    method: "get",
    path,
    scope: null,
    summary: "A part of the dashboard",
    tag,
    answers: { 200: { description: "The file.", contentType: "text/plain" } },
    hidden: true,
    handle: ({ request }) => asset.answer(request),
  }),
);

/** Open to everybody: what they show comes through the API, with a token. */
export const DASHBOARD_ROUTES: readonly Route[] = [...PAGES, ...ASSETS];
