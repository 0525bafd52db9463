import assert from "node:assert/strict";
import { gunzipSync } from "node:zlib";
import { DASHBOARD_PATHS } from "../../../api/rest/routes/dashboard.ts";
import { FakeRestNode } from "./fake_rest_node.ts";

Deno.test("the dashboard is one page at each of its addresses, whatever their ids are", async () => {
  const node = new FakeRestNode();
  const paths = [...DASHBOARD_PATHS.map((path) => path.replace(/\{\w+\}/, "a"))];
  for (const path of [...paths, "/tasks/%20%00"]) {
    const { status, headers, body } = await node.call("GET", path, { token: null });
    assert.equal(status, 200, path);
    assert.match(headers.get("content-type") ?? "", /^text\/html/);
    const policy = headers.get("content-security-policy") ?? "";
    assert.match(policy, /default-src 'none'; script-src 'self'; style-src 'self';/);
    assert.doesNotMatch(policy, /unsafe|\*/);
    assert.doesNotMatch(body, /<style|<script(?![^>]* src=)|\son\w+=/, "nothing inline");
    assert.match(body, /name="dtask-authentication" content="token"/);
  }
  assert.equal((await node.call("GET", "/nothing", { token: null })).status, 404);
});

Deno.test("the page says where no token is asked for", async () => {
  const node = new FakeRestNode({ config: { auth: { kind: "none" } } });
  const { body } = await node.call("GET", "/", { token: null });
  assert.match(body, /name="dtask-authentication" content="none"/);
});

Deno.test("assets are compressed, and kept where their hash is in the address", async () => {
  const node = new FakeRestNode();
  const { body } = await node.call("GET", "/", { token: null });
  const urls: string[] = [...body.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, url]) =>
    url
  );
  assert.deepEqual(urls.map((url) => url.replace(/\?v=.*/, "")), [
    "/assets/app.css",
    "/assets/app.js",
  ]);
  for (const url of urls) {
    const plain = await node.call("GET", url, { token: null });
    const kept = plain.headers.get("cache-control");
    assert.equal(kept, "public, max-age=31536000, immutable");
    const headers = { "accept-encoding": "br, gzip" };
    const packed = await node.open("GET", url, { token: null, headers });
    assert.equal(packed.headers.get("content-encoding"), "gzip");
    assert.equal(packed.headers.get("vary"), "accept-encoding");
    const unpacked = gunzipSync(new Uint8Array(await packed.arrayBuffer()));
    assert.equal(new TextDecoder().decode(unpacked), plain.body);

    const old = await node.call("GET", url.replace(/v=.*/, "v=0"), { token: null });
    assert.equal(old.headers.get("cache-control"), "no-cache");
    const known = { "if-none-match": `"x", W/${old.headers.get("etag")}` };
    const again = await node.call("GET", url, { token: null, headers: known });
    assert.deepEqual([again.status, again.body], [304, ""]);
  }
});

Deno.test("assets go as they are to who takes no gzip", async () => {
  const node = new FakeRestNode();
  for (const accepted of ["identity", "gzip;q=0", "br"]) {
    const headers = { "accept-encoding": accepted };
    const answer = await node.open("GET", "/assets/app.css", { token: null, headers });
    assert.equal(answer.headers.get("content-encoding"), null, accepted);
    await answer.body?.cancel();
  }
});

Deno.test("every page of the dashboard has an address that the server knows", () => {
  const file = new URL("../../../api/dashboard/pages/pages.ts", import.meta.url);
  const pages = [...Deno.readTextFileSync(file).matchAll(/\bpath: "([^"]+)"/g)];
  const known = DASHBOARD_PATHS.map((path) => path.replace(/\{\w+\}/, ":target"));
  assert.ok(pages.length > 0);
  for (const [, path] of pages) {
    assert.ok(known.some((one) => one === path), `${path} is no address`);
  }
});
