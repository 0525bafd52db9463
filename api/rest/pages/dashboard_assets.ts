/** Script and style of the dashboard: compressed once, kept by browsers for as long as they stay the same. */
import { hash } from "node:crypto";
import { gzipSync } from "node:zlib";
import script from "../../dashboard/bundle/app.gen.js" with { type: "text" };
import style from "../../dashboard/bundle/app.gen.css" with { type: "text" };

/** The bundle carries its hash in its address: another one has another address. */
const KEPT = "public, max-age=31536000, immutable";

/** A file of the bundle. */
export class DashboardAsset {
  /** With the hash of the content, so that it may be kept. */
  readonly url: string;
  readonly #text: string;
  readonly #contentType: string;
  readonly #version: string;
  /** At its first use: most nodes are never looked at. */
  #compressed: Uint8Array<ArrayBuffer> | null = null;

  constructor(path: string, text: string, contentType: string) {
    this.#text = text;
    this.#contentType = contentType;
    this.#version = hash("sha256", text, "hex").slice(0, 16);
    this.url = `${path}?v=${this.#version}`;
  }

  /** The answer to `request`. */
  answer(request: Request): Response {
    const etag = `"${this.#version}"`;
    const asked = new URL(request.url).searchParams.get("v");
    const headers: Record<string, string> = {
      "etag": etag,
      "cache-control": asked === this.#version ? KEPT : "no-cache",
      "vary": "accept-encoding",
      "x-content-type-options": "nosniff",
    };
    const known = request.headers.get("if-none-match")?.split(/\s*,\s*/) ?? [];
    if (known.some((tag) => tag.replace(/^W\//, "") === etag)) {
      return new Response(null, { status: 304, headers });
    }
    headers["content-type"] = this.#contentType;
    if (!takesGzip(request)) return new Response(this.#text, { headers });
    headers["content-encoding"] = "gzip";
    this.#compressed ??= Uint8Array.from(gzipSync(this.#text));
    return new Response(this.#compressed, { headers });
  }
}

function takesGzip(request: Request): boolean {
  return /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/.test(
    request.headers.get("accept-encoding") ?? "",
  );
}

/** `/assets/app.js`. */
export const APP_SCRIPT = new DashboardAsset(
  "/assets/app.js",
  script,
  "text/javascript; charset=utf-8",
);
/** `/assets/app.css`. */
export const APP_STYLE = new DashboardAsset("/assets/app.css", style, "text/css; charset=utf-8");
