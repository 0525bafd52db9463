/** A proxy before PostgreSQL that cuts a connection at the very commit. */
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { freePort } from "./free_port.ts";

/**
 * When the connection is cut:
 * - `before`: the server never hears of the commit, and rolls back.
 * - `during`: it hears of it, and nobody waits for what it says.
 * - `after`: it has committed, and its answer is lost.
 */
export type CutAt = "before" | "during" | "after";

/** What the server says when a commit stands. */
const COMMITTED = "C\0\0\0\x0bCOMMIT\0";
/** A statement is prepared under a name; later it is sent by its name alone. */
const PREPARED = /P[\s\S]{4}([^\0]*)\0COMMIT\0/;

/** Listens on a port of its own and forwards to `targetPort`. */
export async function startCommitCutter(targetPort: number): Promise<CommitCutter> {
  const cutter = new CommitCutter(freePort(), targetPort);
  await cutter.listen();
  return cutter;
}

/** A running proxy. Leaving its scope (`await using`) ends it and its connections. */
export class CommitCutter implements AsyncDisposable {
  readonly port: number;
  readonly #targetPort: number;
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  #next: CutAt | null = null;
  #cuts = 0;

  constructor(port: number, targetPort: number) {
    this.port = port;
    this.#targetPort = targetPort;
    this.#server = createServer((client) => this.#accept(client));
  }

  /** Connections that were cut. */
  get cuts(): number {
    return this.#cuts;
  }

  async listen(): Promise<void> {
    this.#server.listen(this.port, "127.0.0.1");
    await once(this.#server, "listening");
  }

  /** Has the next commit on any connection cut, once. */
  cutNext(at: CutAt): void {
    this.#next = at;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }

  #accept(client: Socket): void {
    const server = connect({ port: this.#targetPort, host: "127.0.0.1" });
    for (const [end, other] of [[client, server], [server, client]] as const) {
      this.#sockets.add(end);
      end.setNoDelay(true);
      end.on("error", () => {});
      end.on("close", () => {
        this.#sockets.delete(end);
        other.destroy();
      });
    }
    this.#relay(client, server);
  }

  #relay(client: Socket, server: Socket): void {
    let name: string | null = null;
    let awaitsAnswer = false;
    const cut = () => {
      this.#cuts++;
      client.resetAndDestroy();
      server.destroy();
    };
    client.on("data", (bytes) => {
      const text = bytes.toString("latin1");
      name = PREPARED.exec(text)?.[1] ?? name;
      const commits = name !== null && text.includes(`B`) && text.includes(`\0${name}\0`);
      const at = commits ? this.#next : null;
      if (at !== null) this.#next = null;
      if (at === "before") return cut();
      server.write(bytes, () => at === "during" && cut());
      if (at === "after") awaitsAnswer = true;
    });
    server.on("data", (bytes) => {
      if (awaitsAnswer && bytes.toString("latin1").includes(COMMITTED)) return cut();
      client.write(bytes);
    });
  }
}
