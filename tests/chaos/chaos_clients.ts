/** Clients as a load balancer has them: they try one node, and where that fails, another one. */
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
/** How long a node that failed is not asked. */
const AVOIDED_MS = 1_000;

/** Sends requests to the nodes of a cluster. */
export class ChaosClients {
  readonly #cluster: Cluster;
  readonly #random: () => number;
  readonly #avoidedUntil = new Map<ClusterNode, number>();

  constructor(cluster: Cluster, random: () => number) {
    this.#cluster = cluster;
    this.#random = random;
  }

  /** Asks some node that did not fail lately. */
  async send(request: Request): Promise<Sent> {
    const node = this.#pick();
    if (node === null) return unanswered(Date.now());
    const sent = await this.sendTo(node, request);
    if (sent.status === null || sent.status >= 500) {
      this.#avoidedUntil.set(node, performance.now() + AVOIDED_MS);
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

  #pick(): ClusterNode | null {
    const up = this.#cluster.nodes.filter(({ isUp }) => isUp);
    const now = performance.now();
    const good = up.filter((node) => (this.#avoidedUntil.get(node) ?? 0) <= now);
    const choice = good.length > 0 ? good : up;
    return choice[Math.floor(this.#random() * choice.length)] ?? null;
  }
}

function unanswered(sentAt: number): Sent {
  return { sentAt, answeredAt: Infinity, status: null, body: null };
}
