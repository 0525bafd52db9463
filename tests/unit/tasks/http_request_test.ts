import assert from "node:assert/strict";
import { addressRule } from "../../../actors/domain/ip_address.ts";
import type { TaskValue } from "../../../mod.ts";
import { setAddressRule } from "../../../tasks/builtin/http/address_check.ts";
import { runBuiltin, type RunBuiltinOptions } from "./run_builtin.ts";

type Handler = (request: Request, url: URL) => Response | Promise<Response>;

/** Serves on loopback and lets requests go there while `work` runs. */
async function withServer(
  handler: Handler,
  work: (url: string) => Promise<void>,
  allowed: readonly string[] = ["127.0.0.0/8"],
): Promise<void> {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => handler(request, new URL(request.url)),
  );
  setAddressRule(addressRule(allowed));
  try {
    await work(`http://127.0.0.1:${server.addr.port}`);
  } finally {
    setAddressRule(() => false);
    await server.shutdown();
  }
}

interface Answer {
  readonly status: number;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: TaskValue;
}

async function request(
  input: Readonly<Record<string, TaskValue>>,
  options?: RunBuiltinOptions,
): Promise<Answer> {
  return await runBuiltin("http.request", [input], options) as Answer;
}

Deno.test("http.request sends method, headers and body, and returns the whole answer", async () => {
  const echo: Handler = async (received, url) =>
    Response.json({
      method: received.method,
      path: url.pathname + url.search,
      headers: Object.fromEntries(received.headers),
      body: await received.text(),
    }, { status: 201, headers: { "x-answer": "yes" } });
  await withServer(echo, async (url) => {
    const input = {
      method: "POST",
      url: `${url}/a?b=c#d`,
      headers: { "X-Own": "1" },
      body: { n: 7n },
    };
    const answer = await request(input);
    assert.equal(answer.status, 201);
    assert.equal(answer.headers["x-answer"], "yes");
    const body = answer.body as unknown as Answer & { method: string; path: string };
    assert.deepEqual([body.method, body.path, body.body], ["POST", "/a?b=c", '{"n":7}']);
    assert.equal(body.headers["x-own"], "1");
    assert.equal(body.headers["content-type"], "application/json");
    assert.equal(body.headers["idempotency-key"], "task-1", "so that a second run is known as one");
    assert.equal(body.headers["host"], new URL(url).host);
  });
});

Deno.test("http.request gives JSON as values, text as text, all else as bytes", async () => {
  const bodies: Readonly<Record<string, [type: string, bytes: Uint8Array<ArrayBuffer>]>> = {
    json: ["application/problem+json", new TextEncoder().encode('{"a":[1]}')],
    broken: ["application/json", new TextEncoder().encode("{")],
    text: ["text/html; charset=iso-8859-1", new Uint8Array([0xfc])],
    bytes: ["image/png", new Uint8Array([0, 255])],
    none: ["text/plain", new Uint8Array()],
  };
  const handler: Handler = (_, url) => {
    const [type, bytes] = bodies[url.pathname.slice(1)] ?? ["", new Uint8Array()];
    return new Response(bytes, { headers: { "content-type": type } });
  };
  await withServer(handler, async (url) => {
    const bodyOf = async (path: string) => (await request({ url: `${url}/${path}` })).body;
    assert.deepEqual(await bodyOf("json"), { a: [1] });
    assert.equal(await bodyOf("broken"), "{");
    assert.equal(await bodyOf("text"), "ü");
    assert.deepEqual(await bodyOf("bytes"), new Uint8Array([0, 255]));
    assert.equal(await bodyOf("none"), null);
  });
});

Deno.test("http.request tells passing statuses from final ones, and honours Retry-After", async () => {
  const handler: Handler = (_, url) => {
    const headers = new Headers(url.search === "" ? {} : { "retry-after": url.search.slice(1) });
    return new Response("because", { status: Number(url.pathname.slice(1)), headers });
  };
  await withServer(handler, async (url) => {
    const failure = (path: string): Promise<unknown> =>
      request({ url: `${url}/${path}` }).then(() => null, (error: unknown) => error);
    for (const status of [408, 425, 429, 500, 502, 503, 504]) {
      const error = await failure(String(status));
      assert.ok(error instanceof Error && error.name === "Error", `${status} is tried again`);
      assert.match(
        error.message,
        new RegExp(`GET ${url}/${status} was answered ${status} .*because`),
      );
    }
    for (const status of [400, 401, 403, 404, 409, 410, 422, 501, 505]) {
      const error = await failure(String(status));
      assert.ok(error instanceof Error && error.name === "NonRetryableError", `${status} is final`);
    }
    const later = await failure("503?7");
    assert.ok(later instanceof Error && later.name === "RetryAfter");
    assert.equal(Reflect.get(later, "delayMs"), 7_000);
    const found = await request({ url: `${url}/404`, okStatus: [404] });
    assert.equal(found.status, 404);
  });
});

Deno.test("http.request refuses what is not of the public internet, however it is written", async () => {
  let asked = 0;
  const handler: Handler = () => {
    asked += 1;
    return new Response("reached");
  };
  await withServer(handler, async (url) => {
    const { port } = new URL(url);
    const hosts = [
      ...["127.0.0.1", "2130706433", "0x7f.1", "127.1", "0177.0.0.1", "[::ffff:127.0.0.1]"],
      ...["localhost", "0.0.0.0", "[::]", "[::1]", "169.254.169.254", "[fe80::1]"],
    ];
    for (const host of hosts) {
      await assert.rejects(request({ url: `http://${host}:${port}/` }), {
        name: "NonRetryableError",
        message: /not of the public internet.*--http-allow/,
      }, host);
    }
    assert.equal(asked, 0);
  }, []);
});

Deno.test("http.request connects to the very address that it checked", async () => {
  const handler: Handler = (received) => new Response(received.headers.get("host"));
  await withServer(handler, async (url) => {
    const checked: string[] = [];
    setAddressRule((address) => {
      checked.push(address);
      return address === "127.0.0.1";
    });
    const { port } = new URL(url);
    const answer = await request({ url: `http://localhost:${port}/` });
    assert.equal(answer.body, `localhost:${port}`);
    assert.equal(checked.filter((address) => address === "127.0.0.1").length, 1);
  });
});

Deno.test("http.request follows redirects, each checked anew, and tells others no secrets", async (t) => {
  const seen: string[] = [];
  const handler: Handler = async (received, url) => {
    seen.push(
      `${received.method} ${url.host.split(":")[0]}${url.pathname} ${await received.text()}`,
    );
    const to = url.searchParams.get("to");
    if (to !== null) {
      const status = Number(url.searchParams.get("status") ?? 302);
      return new Response(null, { status, headers: { location: to } });
    }
    return Response.json(Object.fromEntries(received.headers));
  };
  await withServer(handler, async (url) => {
    const { port } = new URL(url);
    const via = (to: string, status = 302) =>
      `${url}/from?status=${status}&to=${encodeURIComponent(to)}`;
    const headers = { authorization: "Bearer s", "x-api-key": "s", accept: "text/x" };
    await t.step("the same origin gets all headers", async () => {
      const answer = await request({ url: via("/to"), headers });
      assert.equal(answer.url, `${url}/to`);
      assert.equal((answer.body as unknown as Record<string, string>)["x-api-key"], "s");
    });
    await t.step("another origin gets none that may be secret", async () => {
      const answer = await request({ url: via(`http://localhost:${port}/to`), headers });
      const got = answer.body as unknown as Record<string, string>;
      assert.deepEqual([got["authorization"], got["x-api-key"], got["accept"]], [
        undefined,
        undefined,
        "text/x",
      ]);
    });
    await t.step("303 turns a POST into a GET, 307 leaves it", async () => {
      seen.length = 0;
      await request({ method: "POST", url: via("/to", 303), body: "x" });
      await request({ method: "POST", url: via("/to", 307), body: "x" });
      const host = "127.0.0.1";
      assert.deepEqual(seen, [
        `POST ${host}/from x`,
        `GET ${host}/to `,
        `POST ${host}/from x`,
        `POST ${host}/to x`,
      ]);
    });
    await t.step("an address that may not be reached ends it", async () => {
      await assert.rejects(request({ url: via("http://169.254.169.254/latest/meta-data") }), {
        name: "NonRetryableError",
        message: /169\.254\.169\.254.*not of the public internet/,
      });
      await assert.rejects(request({ url: via("file:///etc/passwd") }), /no http or https URL/);
    });
    await t.step("a circle ends, and redirects can be left to the caller", async () => {
      const circle = "/circle?to=/circle%3Fto%3D/circle";
      await assert.rejects(request({ url: url + circle, redirects: 1 }), /too often: 1 redirects/);
      const answer = await request({ url: via("/to"), redirects: 0, okStatus: [302] });
      assert.equal(answer.headers["location"], "/to");
    });
  });
});

Deno.test("http.request bounds what it takes and how long it waits", async (t) => {
  const never = Promise.withResolvers<void>();
  const handler: Handler = async (received, url) => {
    await received.arrayBuffer();
    if (url.pathname === "/long") return new Response("x".repeat((512 << 10) + 1));
    if (url.pathname === "/fits") return new Response("x".repeat(512 << 10));
    await never.promise;
    return new Response("late");
  };
  await withServer(handler, async (url) => {
    await t.step("an answer of 512 KiB at most", async () => {
      await assert.rejects(request({ url: `${url}/long` }), {
        name: "NonRetryableError",
        message: /longer than 524288 bytes/,
      });
      let beats = 0;
      const answer = await request({ url: `${url}/fits` }, { onHeartbeat: () => beats++ });
      assert.equal(String(answer.body).length, 512 << 10);
      assert.ok(beats > 0, "what arrives is a sign of life");
    });
    await t.step("its time, which is worth another attempt", async () => {
      await assert.rejects(request({ url: `${url}/late`, timeoutMs: 100 }), {
        name: "Error",
        message: /took longer than 100 ms/,
      });
    });
    await t.step("its signal", async () => {
      const controller = new AbortController();
      const running = request({ url: `${url}/late` }, { signal: controller.signal });
      controller.abort(new Error("cancelled"));
      await assert.rejects(running, /^Error: cancelled$/);
    });
    never.resolve();
  });
});

Deno.test("http.request takes a cut or missing connection for a passing failure", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  setAddressRule(addressRule(["127.0.0.1"]));
  const serve = async (text: string) => {
    const connection = await listener.accept();
    await connection.read(new Uint8Array(4_096));
    await connection.write(new TextEncoder().encode(text));
    connection.close();
  };
  const url = `http://127.0.0.1:${listener.addr.port}/?secret=1`;
  const texts = ["", "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc", "garbage\r\n\r\n"];
  for (const text of texts) {
    const [, outcome] = await Promise.allSettled([serve(text), request({ url })]);
    assert.ok(outcome.status === "rejected", text);
    assert.equal(outcome.reason.name, "Error", text);
    assert.match(outcome.reason.message, /^GET http:\/\/127\.0\.0\.1:\d+\/ failed: /);
    assert.doesNotMatch(outcome.reason.message, /secret/);
  }
  // Somebody takes the connection, and never begins to speak TLS.
  const accepting = listener.accept().catch(() => null);
  const silent = request({ url: url.replace("http:", "https:"), timeoutMs: 100 });
  await assert.rejects(silent, /took longer than 100 ms/);
  listener.close();
  (await accepting)?.close();
  await assert.rejects(request({ url }), { name: "Error", message: /failed: .*ECONNREFUSED/ });
  setAddressRule(() => false);
});

Deno.test("http.request says what is wrong with its input", async () => {
  const faults: readonly [Readonly<Record<string, TaskValue>>, RegExp][] = [
    [{}, /0\.url: is missing/],
    [{ url: "ftp://x" }, /0\.url: must be an http or https URL/],
    [{ url: "http://user:secret@x" }, /without user and password/],
    [{ url: "http://x", method: "get" }, /0\.method: must be one of GET/],
    [{ url: "http://x", headers: { host: "y" } }, /0\.headers: must be a map .* without those/],
    [{ url: "http://x", headers: { a: "b\r\nc: d" } }, /0\.headers/],
    [{ url: "http://x", timeoutMs: 0 }, /0\.timeoutMs: must be a whole number from 1/],
    [{ url: "http://x", okStatus: [200] }, /0\.okStatus/],
    [{ url: "http://x", uri: "y" }, /0\.uri: is unknown; there are method, url/],
  ];
  for (const [input, message] of faults) await assert.rejects(request(input), message);
  await assert.rejects(runBuiltin("http.request", []), /0: must be a map/);
  await assert.rejects(runBuiltin("http.request", [{ url: "http://x" }, 1]), /1: must be absent/);
});
