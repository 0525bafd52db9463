import assert from "node:assert/strict";
import { encodeRequest, HttpConnection } from "../../support/http_connection.ts";
import { runLoad } from "../../support/load.ts";

/** Serves `handler` on a free port while `use` runs. */
async function withServer(
  handler: Deno.ServeHandler,
  use: (address: string) => Promise<void>,
): Promise<void> {
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, handler);
  await use(`127.0.0.1:${server.addr.port}`);
}

Deno.test("http_connection reads bodies with a length, in chunks, and none, one after the other", async () => {
  const long = "é".repeat(200_000);
  const handler = async (request: Request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/none") return new Response(null, { status: 204 });
    if (pathname === "/echo") return new Response(await request.text());
    return new Response(ReadableStream.from([long, "end"]).pipeThrough(new TextEncoderStream()));
  };
  await withServer(handler, async (host) => {
    using connection = await HttpConnection.open(host);
    const send = async (path: string, body?: string) => {
      const request = { method: "POST", path, host, ...body === undefined ? {} : { body } };
      const answer = await connection.send(encodeRequest(request));
      return [answer.status, new TextDecoder().decode(answer.body)];
    };
    assert.deepEqual(await send("/echo", "früh"), [200, "früh"]);
    assert.deepEqual(await send("/none"), [204, ""]);
    assert.deepEqual(await send("/chunks"), [200, `${long}end`]);
    assert.deepEqual(await send("/echo", long), [200, long]);
  });
});

Deno.test("load sends each request once and counts answers by status", async () => {
  const seen: string[] = [];
  const handler = (request: Request) => {
    seen.push(new URL(request.url).pathname);
    return new Response("", { status: seen.length % 4 === 0 ? 503 : 201 });
  };
  await withServer(handler, async (address) => {
    const result = await runLoad({
      address,
      connections: 5,
      requests: 100,
      request: (index) => ({ method: "GET", path: `/${index}` }),
    });
    assert.equal(new Set(seen).size, 100);
    assert.deepEqual(result.statuses, { 201: 75, 503: 25 });
    assert.deepEqual([result.requests, result.errors, result.cut], [100, 25, 0]);
    assert.ok(result.p99Ms >= result.p50Ms);
  });
});

Deno.test("load counts a connection that is cut, and ends", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const cutting = (async () => {
    for await (const connection of listener) connection.close();
  })();
  const result = await runLoad({
    address: `127.0.0.1:${listener.addr.port}`,
    connections: 3,
    request: () => ({ method: "GET", path: "/" }),
  });
  listener.close();
  await cutting;
  assert.deepEqual([result.requests, result.cut, result.errors], [0, 3, 3]);
});
