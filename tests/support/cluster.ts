/** Several real nodes as processes over one PostgreSQL, each of which can fail in every way. */
import { randomBytes } from "node:crypto";
import { eventually } from "./eventually.ts";
import { type NodeProcess, startNode } from "./node_process.ts";
import { startProxy, type TcpProxy } from "./tcp_proxy.ts";

export interface ClusterOptions {
  /** As PostgreSQL's clients write it: `postgres://user:password@host:port/name`. */
  readonly databaseUrl: string;
  readonly nodes: number;
  /** Each node reaches the database through a proxy of its own. False when absent. */
  readonly proxied?: boolean;
  /** Further arguments of `dtask start`. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Longer than a node takes on a machine that starts several at once. */
const START_MS = 60_000;

/** Starts the nodes at once and waits until all are ready. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const secret = randomBytes(32).toString("hex");
  const nodes = await Promise.all(
    Array.from({ length: options.nodes }, (_, index) => makeNode(index, options, secret)),
  );
  const cluster = new Cluster(nodes);
  try {
    await Promise.all(nodes.map((node) => node.start()));
    return cluster;
  } catch (error) {
    await cluster[Symbol.asyncDispose]();
    throw error;
  }
}

async function makeNode(
  index: number,
  { databaseUrl, proxied = false, args = [], env = {} }: ClusterOptions,
  secret: string,
): Promise<ClusterNode> {
  const url = new URL(databaseUrl);
  const proxy = proxied ? await startProxy(Number(url.port)) : null;
  if (proxy !== null) url.port = String(proxy.port);
  const dataDir = await Deno.makeTempDir({ prefix: "dtask-node-" });
  const shared = { DTASK_DATABASE_URL: url.href, DTASK_JWT_SECRET: secret };
  return new ClusterNode({ index, proxy, dataDir, args, env: { ...env, ...shared } });
}

/** Nodes that share a database. Leaving its scope (`await using`) ends them and removes their data. */
export class Cluster implements AsyncDisposable {
  readonly nodes: readonly ClusterNode[];

  constructor(nodes: readonly ClusterNode[]) {
    this.nodes = nodes;
  }

  /** Nodes whose process runs and was not stopped by a signal. */
  get awake(): readonly ClusterNode[] {
    return this.nodes.filter((node) => node.isAwake);
  }

  /** The node of this number, from 0. */
  node(index: number): ClusterNode {
    const node = this.nodes[index];
    if (node === undefined) throw new Error(`There are ${this.nodes.length} nodes, no ${index}`);
    return node;
  }

  /** Waits until the nodes agree on one leader that is among them, and gives it. */
  async leader(): Promise<ClusterNode> {
    return await eventually(async () => {
      const views = await Promise.all(this.awake.map((node) => node.leaderUrl()));
      const [url] = views;
      const agreed = url !== null && views.every((each) => each === url);
      return agreed ? this.awake.find((node) => node.process.url === url) : null;
    }, { what: "the nodes agree on a leader", deadlineMs: 120_000, everyMs: 200 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.nodes.map((node) => node[Symbol.asyncDispose]()));
  }
}

interface NodeParts {
  readonly index: number;
  readonly proxy: TcpProxy | null;
  readonly dataDir: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** One node over its lives; each start is a new process. */
export class ClusterNode implements AsyncDisposable {
  readonly index: number;
  /** Its way to the database; null where that is direct. */
  readonly proxy: TcpProxy | null;
  readonly #parts: NodeParts;
  readonly #outputs: string[] = [];
  #process: NodeProcess | null = null;
  #paused = false;

  constructor(parts: NodeParts) {
    this.index = parts.index;
    this.proxy = parts.proxy;
    this.#parts = parts;
  }

  /** The process that runs. */
  get process(): NodeProcess {
    if (this.#process === null) throw new Error(`Node ${this.index} does not run`);
    return this.#process;
  }

  get isUp(): boolean {
    return this.#process !== null;
  }

  get isAwake(): boolean {
    return this.isUp && !this.#paused;
  }

  /** Starts it, from the folder of another version where one is given, and waits until it is ready. */
  async start(root?: string): Promise<void> {
    if (this.isUp) throw new Error(`Node ${this.index} runs already`);
    const { dataDir, args, env } = this.#parts;
    const version = root === undefined ? {} : { root };
    this.#process = await startNode({ dataDir, args, env, startMs: START_MS, ...version });
  }

  /** `kill -9`; settles when the process is gone. */
  async kill(): Promise<void> {
    const { process } = this;
    process.kill("SIGKILL");
    await process.status;
    await this.#forget(process);
  }

  /** Stops it in order; gives the exit code. */
  async stop(): Promise<number> {
    this.resume();
    const { process } = this;
    const code = await process.stop();
    await this.#forget(process);
    return code;
  }

  /** SIGSTOP: it does nothing any more and keeps all it has. */
  pause(): void {
    this.process.kill("SIGSTOP");
    this.#paused = true;
  }

  /** SIGCONT. */
  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.process.kill("SIGCONT");
  }

  /** The REST address of the node that it holds for the leader; null where it knows none. */
  async leaderUrl(): Promise<string | null> {
    const { status, body } = await this.process.fetchApi("GET", "/api/system");
    const nodes: readonly MemberAnswer[] = status === 200 ? body.nodes ?? [] : [];
    return nodes.find(({ leader }) => leader)?.address.http ?? null;
  }

  /** What all its processes printed so far. */
  output(): string {
    return [...this.#outputs, this.#process?.output() ?? ""].join("");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      if (this.isUp) await this.stop();
    } finally {
      await this.proxy?.[Symbol.asyncDispose]();
      await Deno.remove(this.#parts.dataDir, { recursive: true });
    }
  }

  async #forget(process: NodeProcess): Promise<void> {
    this.#process = null;
    this.#paused = false;
    await process[Symbol.asyncDispose]();
    this.#outputs.push(process.output());
  }
}

/** A node as `GET /api/system` shows it, as far as tests look. */
export interface MemberAnswer {
  readonly id: string;
  readonly address: { readonly http: string | null };
  readonly state: string;
  readonly leader: boolean;
}
