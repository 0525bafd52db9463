import type {
  ClusterProtocol,
  ClusterStatus,
  NodeAddress,
  NodeReport,
  SupervisorMessage,
} from "../protocol.ts";
import type { ActorSystem } from "../runtime/mod.ts";
import { getLogger } from "../telemetry/logger.ts";
import { LeaseEnd, type LeaseEndOptions } from "./lease_end.ts";
import { LeaseKeeper } from "./lease_keeper.ts";

type MessageOf<K extends string> = Extract<SupervisorMessage, { readonly kind: K }>;

export interface ClusterMemberOptions extends Omit<LeaseEndOptions, "system"> {
  readonly system: Pick<ActorSystem, "info" | "ref" | "terminate">;
  /** Makes the id of a new life in the cluster. */
  readonly newId: () => string;
  /** Where the node listens, as far as it does by now. */
  readonly address: () => NodeAddress;
  /** How the node is, for the others to see. */
  readonly report: () => NodeReport;
}

const log = getLogger("supervisor");

/**
 * The node as a member of a cluster: it is held to its lease, and when the others have declared it
 * lost it begins anew, with another id and without anything that it ran.
 */
export class ClusterMember {
  readonly #options: ClusterMemberOptions;
  readonly #keeper: LeaseKeeper;
  #node: string;
  #cluster: ClusterStatus | undefined;
  #left = false;

  constructor(options: ClusterMemberOptions) {
    const { system, newId, address, report } = options;
    const end = new LeaseEnd(options);
    this.#options = options;
    this.#node = newId();
    this.#keeper = new LeaseKeeper({
      tick: (at) =>
        system.ref<ClusterProtocol>("cluster").tell({
          kind: "LeaseTick",
          at,
          address: address(),
          report: report(),
        }),
      abort: () => end.abort(),
      terminate: () => end.terminate(),
      resume: () => end.resume(),
    });
  }

  /** The node's id in its present life. */
  get node(): string {
    return this.#node;
  }

  /** Why the node can't be relied on; null while it can. */
  get trouble(): string | null {
    return this.#keeper.trouble;
  }

  /** The cluster as it was at the latest renewal; without that, nobody here can be sure to lead. */
  get cluster(): ClusterStatus | undefined {
    if (this.#cluster === undefined || this.trouble === null) return this.#cluster;
    const nodes = this.#cluster.nodes.map((node) =>
      node.id === this.#node ? { ...node, leader: false } : node
    );
    return { ...this.#cluster, nodes };
  }

  /** The node has joined: from now on its lease counts. */
  begin(): void {
    this.#keeper.begin();
  }

  onRenewed({ node, at, cluster }: MessageOf<"LeaseRenewed">): void {
    if (node !== this.#node) return;
    this.#cluster = cluster;
    this.#keeper.renewed(at);
  }

  /** Ends everything that belongs to the life that is over; what is restarted asks for the new id. */
  onFenced({ node, cause }: MessageOf<"NodeFenced">): void {
    if (node !== this.#node || this.#left) return;
    const { system, newId } = this.#options;
    this.#node = newId();
    log.error("node {node} begins anew as {id}: {cause}", { node, id: this.#node, cause });
    const core = ["cluster", "scheduler"];
    const executors = system.info().filter(({ name }) => name.startsWith("executor-"));
    for (const name of [...executors.map(({ name }) => name), ...core]) {
      void system.terminate(name, { reason: "the node begins anew", restart: true });
    }
    this.#keeper.begin();
  }

  /** The node is about to leave. */
  stop(): void {
    this.#left = true;
    this.#keeper.stop();
  }
}
