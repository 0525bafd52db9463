import {
  type ClusterStore,
  type LeaderClaim,
  type NewMember,
  type Renewal,
} from "../port/cluster.ts";
import { Connection, type Deadlines } from "./connection.ts";
import {
  joinCluster,
  leaveCluster,
  readDefinitions,
  renewLease,
  sweepNodes,
} from "./membership.ts";

/** Short: a renewal that hangs is better sent again on another connection than waited for. */
const CLUSTER_DEADLINES: Deadlines = {
  connectMs: 3_000,
  lockMs: 1_500,
  statementMs: 3_000,
  idleMs: 3_000,
  answerMs: 4_000,
};

export interface PostgresClusterOptions {
  readonly url: string;
  readonly deadlines?: Partial<Deadlines>;
}

/** Opens the membership of a database whose schema is there; connects at the first call. */
export function openPostgresCluster(options: PostgresClusterOptions): ClusterStore {
  return new PostgresCluster(options);
}

/** One call at a time, on a connection that is made anew after it was lost. */
class PostgresCluster implements ClusterStore {
  readonly #options: PostgresClusterOptions;
  #connection: Connection | null = null;
  #turn: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(options: PostgresClusterOptions) {
    this.#options = options;
  }

  join(member: NewMember) {
    return this.#call((connection) => joinCluster(connection, member));
  }

  renew(renewal: Renewal) {
    return this.#call((connection) => renewLease(connection, renewal));
  }

  sweep(claim: LeaderClaim) {
    return this.#call((connection) => sweepNodes(connection, claim));
  }

  definitionsOf(nodes: readonly string[]) {
    return this.#call((connection) => readDefinitions(connection, nodes));
  }

  leave(node: string) {
    return this.#call((connection) => leaveCluster(connection, node));
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#turn;
    await this.#connection?.close();
  }

  #call<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    const done = this.#turn.then(async () => work(await this.#open()));
    this.#turn = done.catch(() => {});
    return done;
  }

  async #open(): Promise<Connection> {
    if (this.#closed) throw new Error("the membership is closed");
    if (this.#connection === null || this.#connection.lost) {
      this.#connection = await Connection.open({
        url: this.#options.url,
        name: "dtask cluster",
        deadlines: { ...CLUSTER_DEADLINES, ...this.#options.deadlines },
      });
    }
    return this.#connection;
  }
}
