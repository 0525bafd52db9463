/** The page that is the dashboard at every one of its addresses: it loads the bundle, which does the rest. */
import { VERSION } from "../../../actors/config.ts";
import { APP_SCRIPT, APP_STYLE } from "./dashboard_assets.ts";
import type { Page } from "./page.ts";

/** Scripts, styles and requests of this server alone; the graph's markers need `data:` pictures. */
const CSP = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const ICON = "data:image/svg+xml," + encodeURIComponent(
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="4" ` +
    `fill="#1d5fd0"/><path d="M4 4.5h3v3H4zM9 4.5h3v3H9zM9 9.5h3v3H9zM7 6h2M10.5 7.5v2" ` +
    `fill="none" stroke="#fff" stroke-width="1.2"/></svg>`,
);

/** The page; `authentication` is false where the node takes requests without a token. */
export function dashboardPage(authentication: boolean): Page {
  const html = `<!doctype html><html lang="en"><head><meta charset="utf-8">` +
    `<meta name="viewport" content="width=device-width,initial-scale=1">` +
    `<meta name="color-scheme" content="light dark">` +
    `<meta name="dtask-authentication" content="${authentication ? "token" : "none"}">` +
    `<meta name="dtask-version" content="${VERSION}">` +
    `<title>dtask</title><link rel="icon" href="${ICON}">` +
    `<link rel="stylesheet" href="${APP_STYLE.url}">` +
    `<script type="module" src="${APP_SCRIPT.url}"></script></head>` +
    `<body><div id="app"></div><noscript>The dashboard needs JavaScript; ` +
    `<a href="/docs">the API</a> does without.</noscript></body></html>`;
  return { html, csp: CSP };
}
