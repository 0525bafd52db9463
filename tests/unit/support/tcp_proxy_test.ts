import assert from "node:assert/strict";
import { eventually } from "../../support/eventually.ts";
import { freePort } from "../../support/free_port.ts";
import { startProxy } from "../../support/tcp_proxy.ts";

Deno.test("tcp_proxy passes on what both ends say, and their ends", async () => {
  await using server = new EchoServer();
  await using proxy = await startProxy(server.port);
  using client = await Deno.connect({ hostname: "127.0.0.1", port: proxy.port });
  await say(client, "hello");
  assert.equal(await hear(client, 5), "hello");
  const long = "x".repeat(1 << 20);
  const [heard] = await Promise.all([hear(client, long.length), say(client, long)]);
  assert.equal(heard, long);
  await client.closeWrite();
  assert.equal(await client.read(new Uint8Array(1)), null);
  await eventually(() => proxy.connections === 0, { what: "both ends are closed" });
});

Deno.test("tcp_proxy delivers later what it stalled, of old and new connections", async () => {
  await using server = new EchoServer();
  await using proxy = await startProxy(server.port);
  using old = await Deno.connect({ hostname: "127.0.0.1", port: proxy.port });
  await say(old, "a");
  assert.equal(await hear(old, 1), "a");
  await proxy.become("stall");
  using fresh = await Deno.connect({ hostname: "127.0.0.1", port: proxy.port });
  await Promise.all([say(old, "late"), say(fresh, "later")]);
  await roundTrip(server.port);
  assert.doesNotMatch(server.received, /late/);
  await proxy.become("forward");
  assert.equal(await hear(old, 4), "late");
  assert.equal(await hear(fresh, 5), "later");
});

Deno.test("tcp_proxy loses what it drops, and its connections with it", async () => {
  await using server = new EchoServer();
  await using proxy = await startProxy(server.port);
  using old = await Deno.connect({ hostname: "127.0.0.1", port: proxy.port });
  await roundTrip(proxy.port);
  await eventually(() => proxy.connections === 1, { what: "the old one is left alone" });
  await proxy.become("drop");
  using fresh = await Deno.connect({ hostname: "127.0.0.1", port: proxy.port });
  await Promise.all([say(old, "lost"), say(fresh, "lost")]);
  await eventually(() => proxy.connections === 2, { what: "both are accepted" });
  await proxy.become("forward");
  await Promise.all([say(old, "lost"), say(fresh, "lost")]);
  await roundTrip(proxy.port);
  assert.doesNotMatch(server.received, /lost/);
});

Deno.test("tcp_proxy resets connections and refuses new ones until it forwards again", async () => {
  await using server = new EchoServer();
  await using proxy = await startProxy(server.port);
  using client = await Deno.connect({ hostname: "127.0.0.1", port: proxy.port });
  await say(client, "a");
  await hear(client, 1);
  await proxy.become("cut");
  assert.equal(proxy.connections, 0);
  await assert.rejects(client.read(new Uint8Array(1)), Deno.errors.ConnectionReset);
  await assert.rejects(roundTrip(proxy.port), Deno.errors.ConnectionRefused);
  await proxy.become("forward");
  await roundTrip(proxy.port);
});

Deno.test("tcp_proxy resets the clients of a server that is not there", async () => {
  await using proxy = await startProxy(freePort());
  using client = await Deno.connect({ hostname: "127.0.0.1", port: proxy.port });
  await assert.rejects(client.read(new Uint8Array(1)), Deno.errors.ConnectionReset);
});

/** Sends back what it gets, and keeps it. */
class EchoServer implements AsyncDisposable {
  readonly port: number;
  received = "";
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #served = this.#serve();

  constructor() {
    this.port = this.#listener.addr.port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#served;
  }

  async #serve(): Promise<void> {
    const echoes: Promise<void>[] = [];
    for await (const connection of this.#listener) echoes.push(this.#echo(connection));
    await Promise.all(echoes);
  }

  async #echo(connection: Deno.TcpConn): Promise<void> {
    using end = connection;
    const buffer = new Uint8Array(64 << 10);
    try {
      for (let count: number | null; (count = await end.read(buffer)) !== null;) {
        const text = new TextDecoder().decode(buffer.subarray(0, count));
        this.received += text;
        await say(end, text);
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.ConnectionReset)) throw error;
    }
  }
}

/** Time for what was sent before, and proof that a connection to `port` works. */
async function roundTrip(port: number): Promise<void> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await say(connection, "ping");
  assert.equal(await hear(connection, 4), "ping");
}

async function say(connection: Deno.Conn, text: string): Promise<void> {
  let rest = new TextEncoder().encode(text);
  while (rest.length > 0) rest = rest.subarray(await connection.write(rest));
}

async function hear(connection: Deno.Conn, length: number): Promise<string> {
  const heard = new Uint8Array(length);
  for (let count = 0; count < length;) {
    const more = await connection.read(heard.subarray(count));
    assert.ok(more !== null, "the connection ended early");
    count += more;
  }
  return new TextDecoder().decode(heard);
}
