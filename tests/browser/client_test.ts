import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundle, bundleClient } from "../../.ci/bundle_client.ts";
import { findChromium, launchBrowser, NO_CHROMIUM } from "../support/browser.ts";
import { EXPECTED } from "../support/client_walk.ts";
import { startNode } from "../support/node_process.ts";
import { loadPlaywright } from "../support/playwright.ts";
import { testOrSkip } from "../support/test_or_skip.ts";

const chromium = findChromium();

testOrSkip({
  name: "the client library does in a browser what it does in Deno and Node",
  skip: chromium === null ? NO_CHROMIUM : null,
  fn: async () => {
    await using node = await startNode({ args: ["--no-grpc"] });
    const folder = await Deno.makeTempDir({ prefix: "dtask-" });
    await using site = await serveSite(folder, node.url);
    const browser = await launchBrowser(await loadPlaywright(), chromium ?? "");
    try {
      const page = await (await browser.newContext({})).newPage();
      await page.goto(`${site.url}/page`);
      const token = await node.token();
      const seen = await page.evaluate(`(async () => {
        const library = await import("/dtask_client.js");
        const { walk } = await import("/walk.js");
        return await walk({
          library,
          url: location.origin,
          token: ${JSON.stringify(token)},
          place: "browser",
        });
      })()`);
      assert.deepEqual(seen, EXPECTED);
    } finally {
      await browser.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
});

interface Site extends AsyncDisposable {
  readonly url: string;
}

/** A web server as people put it before a node: its own pages, and the node's API under one origin. */
async function serveSite(folder: string, node: string): Promise<Site> {
  await bundleClient(join(folder, "dtask_client.js"));
  const walk = fileURLToPath(new URL("../support/client_walk.ts", import.meta.url));
  await bundle(walk, join(folder, "walk.js"));
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const { pathname, search } = new URL(request.url);
    if (pathname.startsWith("/api/")) return forward(request, node + pathname + search);
    return answerFile(folder, pathname.slice(1));
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

async function forward(request: Request, url: string): Promise<Response> {
  try {
    return await fetch(new Request(url, request));
  } catch (error) {
    if (request.signal.aborted) return new Response(null, { status: 499 }); // nobody waits for it
    throw error;
  }
}

async function answerFile(folder: string, name: string): Promise<Response> {
  if (name === "page") {
    return new Response("<!doctype html>", { headers: { "content-type": "text/html" } });
  }
  if (!["dtask_client.js", "walk.js"].includes(name)) return new Response(null, { status: 404 });
  const headers = { "content-type": "text/javascript" };
  return new Response(await Deno.readTextFile(join(folder, name)), { headers });
}
