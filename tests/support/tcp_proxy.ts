/** A proxy between a client and a server of the loopback interface that can be a bad network. */
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { freePort } from "./free_port.ts";

/**
 * What the network does:
 * - `forward`: works.
 * - `stall`: nothing passes, and nothing is lost: it comes when the network works again.
 * - `drop`: all vanishes. Connections that lost something never say anything again.
 * - `cut`: open connections are reset, new ones refused.
 */
export type NetworkState = "forward" | "stall" | "drop" | "cut";

/** Listens on a port of its own and forwards to `targetPort`. */
export async function startProxy(targetPort: number): Promise<TcpProxy> {
  const proxy = new TcpProxy(freePort(), targetPort);
  await proxy.become("forward");
  return proxy;
}

/** A running proxy. Leaving its scope (`await using`) cuts its connections and ends it. */
export class TcpProxy implements AsyncDisposable {
  readonly port: number;
  readonly #targetPort: number;
  readonly #links = new Set<Link>();
  #server: Server | null = null;
  #state: NetworkState = "cut";

  constructor(port: number, targetPort: number) {
    this.port = port;
    this.#targetPort = targetPort;
  }

  /** Connections of which at least one end is open. */
  get connections(): number {
    return this.#links.size;
  }

  /** Settles once the network is so. */
  async become(state: NetworkState): Promise<void> {
    this.#state = state;
    const changes = [...this.#links].map((link) => link.become(state));
    await Promise.all([...changes, state === "cut" ? this.#refuse() : this.#listen()]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.become("cut");
  }

  async #listen(): Promise<void> {
    if (this.#server !== null) return;
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
    this.#server = server;
    server.on("connection", (client) => this.#accept(client));
    server.listen(this.port, "127.0.0.1");
    await once(server, "listening");
  }

  #accept(client: Socket): void {
    const link = new Link(client, this.#targetPort);
    this.#links.add(link);
    link.closed.then(() => this.#links.delete(link));
    link.become(this.#state);
  }

  async #refuse(): Promise<void> {
    if (this.#server === null) return;
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server = null;
    await closed;
  }
}

/** A connection of a client and, from the first moment at which the network works, its other half. */
class Link {
  /** Settles when both ends are closed. */
  readonly closed: Promise<void>;
  readonly #targetPort: number;
  readonly #client: Socket;
  #server: Socket | null = null;
  #state: NetworkState = "stall";
  #lost = false;
  #open = 0;
  readonly #allClosed = Promise.withResolvers<void>();

  constructor(client: Socket, targetPort: number) {
    this.#client = client;
    this.#targetPort = targetPort;
    this.closed = this.#allClosed.promise;
    this.#watch(client);
  }

  async become(state: NetworkState): Promise<void> {
    this.#state = state;
    this.#lost ||= state === "drop";
    if (state === "forward" && !this.#lost) this.#connect();
    for (const end of this.#ends()) {
      if (state === "cut") end.resetAndDestroy();
      else if (this.#flows()) end.resume();
      else end.pause();
    }
    if (state === "cut") await this.closed;
  }

  #connect(): void {
    if (this.#server !== null) return;
    const server = connect({ port: this.#targetPort, host: "127.0.0.1", allowHalfOpen: true });
    server.setNoDelay(true);
    this.#client.setNoDelay(true);
    this.#server = server;
    this.#watch(server);
    this.#relay(this.#client, server);
    this.#relay(server, this.#client);
  }

  #ends(): readonly Socket[] {
    return this.#server === null ? [this.#client] : [this.#client, this.#server];
  }

  /** Whether the ends are read; what was lost is read and thrown away, so that nobody is held up. */
  #flows(): boolean {
    return this.#lost || this.#state === "forward";
  }

  #watch(end: Socket): void {
    this.#open++;
    // What goes wrong shows as `close`, too.
    end.on("error", () => {});
    end.on("close", () => {
      if (--this.#open === 0) this.#allClosed.resolve();
    });
  }

  /** Passes on what `from` says, its end and its failure, unless something was lost. */
  #relay(from: Socket, to: Socket): void {
    from.on("data", (bytes) => {
      if (this.#lost || to.write(bytes)) return;
      from.pause();
      to.once("drain", () => this.#flows() && from.resume());
    });
    from.on("end", () => this.#lost || to.end());
    from.on("close", (failed) => {
      if (!this.#lost) failed ? to.resetAndDestroy() : to.destroySoon();
    });
  }
}
