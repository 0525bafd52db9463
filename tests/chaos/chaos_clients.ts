/** Clients as a load balancer has them: they try one node, and where that fails, another one. */
import { setTimeout as delay } from "node:timers/promises";
import type { Cluster, ClusterNode } from "../support/cluster.ts";

/** What became of a request. */
export interface Sent {
  readonly sentAt: number;
  /** `Infinity` where no answer came. */
  readonly answeredAt: number;
  /** Null where no answer came. */
  readonly status: number | null;
  // deno-lint-ignore no-explicit-any -- callers look into answers and assert what they find
  readonly body: any;
}

export interface Request {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
}

const ANSWER_MS = 5_000;
/** How long a node that failed, or does not say that it is ready, is not asked. */
const AVOIDED_MS = 1_000;

/** Sends requests to the nodes of a cluster in turn. Leaving its scope ends what it does by itself. */
export class ChaosClients implements AsyncDisposable {
  readonly #cluster: Cluster;
  /** With the watch over each of them. */
  readonly #avoided = new Map<ClusterNode, Promise<void>>();
  #turn = 0;
  #closed = false;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  /** Asks the next node of those that are not avoided. */
  async send(request: Request): Promise<Sent> {
    const node = this.#next();
    if (node === null) return unanswered(Date.now());
    const sent = await this.sendTo(node, request);
    if (sent.status === null || sent.status >= 500) {
      if (!this.#avoided.has(node)) this.#avoided.set(node, this.#watch(node));
    }
    return sent;
  }

  /** Asks that node. */
  async sendTo(node: ClusterNode, { method, path, body }: Request): Promise<Sent> {
    const sentAt = Date.now();
    if (!node.isUp) return unanswered(sentAt);
    try {
      const signal = AbortSignal.timeout(ANSWER_MS);
      const answer = await node.process.fetchApi(method, path, body, { signal });
      return { sentAt, answeredAt: Date.now(), status: answer.status, body: answer.body };
    } catch (error) {
      if (error instanceof TypeError || error instanceof DOMException) return unanswered(sentAt);
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#avoided.values());
  }

  #next(): ClusterNode | null {
    const up = this.#cluster.nodes.filter(({ isUp }) => isUp);
    const good = up.filter((node) => !this.#avoided.has(node));
    const choice = good.length > 0 ? good : up;
    return choice[this.#turn++ % choice.length] ?? null;
  }

  /** Avoids the node until it says that it is ready, as load balancers do. */
  async #watch(node: ClusterNode): Promise<void> {
    for (let status: number | null = null; status !== 200 && node.isUp && !this.#closed;) {
      await delay(AVOIDED_MS);
      ({ status } = await this.sendTo(node, { method: "GET", path: "/readyz" }));
    }
    this.#avoided.delete(node);
  }
}

function unanswered(sentAt: number): Sent {
  return { sentAt, answeredAt: Infinity, status: null, body: null };
}
