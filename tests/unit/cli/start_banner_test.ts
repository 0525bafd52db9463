import assert from "node:assert/strict";
import { Authenticator } from "../../../api/auth.ts";
import {
  dashboardToken,
  formatNodeFile,
  startBanner,
  type StartBannerOptions,
} from "../../../api/cli/mod.ts";
import { parseNodeFile } from "../../../api/cli/node_file.ts";

const SECRET = "0123456789abcdef0123456789abcdef";
const NOW = Date.parse("2026-11-21T20:00:00.000Z");
const AUTH = { kind: "secret", secret: SECRET, issuer: null, audience: null } as const;

function bannerOf(
  config: Partial<StartBannerOptions["config"]> = {},
  more: Partial<StartBannerOptions> = {},
): string {
  return startBanner({
    config: {
      auth: AUTH,
      dataDir: "/data",
      databaseUrl: null,
      logFormat: "pretty",
      tls: null,
      ...config,
    },
    http: { host: "0.0.0.0", port: 8080 },
    grpc: { host: "::1", port: 50051 },
    dashboardToken: "t.o.k",
    now: NOW,
    ...more,
  });
}

Deno.test("start banner shows addresses that open and the dashboard's link", () => {
  const banner = bannerOf();
  assert.match(banner, /REST {7}http:\/\/127\.0\.0\.1:8080\/api/);
  assert.match(banner, /gRPC {7}\[::1\]:50051\n/);
  assert.match(banner, /Dashboard {2}http:\/\/127\.0\.0\.1:8080\/#token=t\.o\.k\n/);
  assert.match(banner, /Data {7}\/data\n/);
});

Deno.test("start banner shows the database without user and password", () => {
  const banner = bannerOf({ databaseUrl: "postgres://u:hunter2@db.example:5433/x?password=y" });
  assert.match(banner, /Database {3}postgres:\/\/db\.example:5433\/x\n/);
  assert.doesNotMatch(banner, /hunter2|password/);
});

Deno.test("start banner tells what is off", () => {
  const banner = bannerOf({ auth: { kind: "none" } }, { grpc: null, dashboardToken: null });
  assert.match(banner, /gRPC {7}off\n/);
  assert.match(banner, /Dashboard {2}http:\/\/127\.0\.0\.1:8080\/\n/);
  assert.match(banner, /Auth {7}none/);
});

Deno.test("start banner is one JSON line without any secret for collected logs", () => {
  const banner = bannerOf({
    logFormat: "json",
    tls: { certFile: "/c.pem", keyFile: "/k.pem" },
  });
  assert.match(banner, /^[^\n]+\n$/);
  assert.doesNotMatch(banner, /t\.o\.k|0123456789/);
  const line = JSON.parse(banner);
  assert.equal(line.http, "https://127.0.0.1:8080");
  assert.equal(line.grpc, "[::1]:50051");
  assert.equal(line.time, "2026-11-21T20:00:00.000Z");
});

Deno.test("dashboard token is an administrator's for an hour", async () => {
  const token = await dashboardToken(AUTH, NOW);
  const verifyAt = (now: number) => new Authenticator(AUTH, () => now).verify(`Bearer ${token}`);
  const early = await verifyAt(NOW + 3_500_000);
  assert.ok(early.ok && early.value.scopes.has("admin"));
  assert.equal((await verifyAt(NOW + 3_700_000)).ok, false);
  assert.equal(await dashboardToken({ kind: "none" }, NOW), null);
});

Deno.test("node file is read as it was written, and nothing else is", () => {
  const node = { pid: 7, http: "http://127.0.0.1:1", grpc: null, startedAt: "2026" };
  assert.deepEqual(parseNodeFile(formatNodeFile(node)), node);
  for (const text of ["", "{", "null", "[]", '{"pid":1}', '{"pid":1,"http":"nowhere"}']) {
    assert.equal(parseNodeFile(text), null, text);
  }
});
