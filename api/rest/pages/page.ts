/** Pages with the policy that protects them. */
import { hash } from "node:crypto";

/** A page and the policy that it is served with. */
export interface Page {
  readonly html: string;
  readonly csp: string;
}

/** The parts of a page. */
export interface PageParts {
  readonly title: string;
  readonly style: string;
  readonly body: string;
  readonly script?: string;
}

/** Puts a self-contained page together; its style and script are allowed by their hashes. */
export function makePage({ title, style, body, script }: PageParts): Page {
  const scripts = script === undefined ? "" : `<script type="module">${script}</script>`;
  const html = `<!doctype html><html lang="en"><head><meta charset="utf-8">` +
    `<meta name="viewport" content="width=device-width,initial-scale=1"><title>${title}</title>` +
    `<style>${style}</style></head><body>${body}${scripts}</body></html>`;
  const csp = [
    "default-src 'none'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    `style-src '${digest(style)}'`,
    ...(script === undefined ? [] : [`script-src '${digest(script)}'`]),
  ].join("; ");
  return { html, csp };
}

/** The answer that is `page`. */
export function pageAnswer({ html, csp }: Page): Response {
  return new Response(html, {
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": csp,
      "cache-control": "no-cache",
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "referrer-policy": "no-referrer",
    },
  });
}

function digest(text: string): string {
  return `sha256-${hash("sha256", text, "base64")}`;
}
