import type { LeaderClaim } from "../storage/port/cluster.ts";

/**
 * Whether this node does what must happen once among those that share a store: schedules, retention and
 * giving back the runs of nodes that are gone. It is only what the node believes: each such commit makes
 * sure of it in its own transaction, see `Commit.assertLeading`. A node with a store of its own leads.
 */
export class LeaderRole {
  readonly #node: string;
  readonly #alone: boolean;
  #term: number | null = null;

  constructor({ node, alone }: { readonly node: string; readonly alone: boolean }) {
    this.#node = node;
    this.#alone = alone;
  }

  get leads(): boolean {
    return this.#alone || this.#term !== null;
  }

  /** By what the node may act: null where nobody else could. Term 0 never was. */
  get claim(): LeaderClaim | null {
    return this.#alone ? null : { node: this.#node, term: this.#term ?? 0 };
  }

  /** The store knows of another leader, or of a newer term: nothing is tried by this claim any more. */
  refused({ term }: LeaderClaim): void {
    if (this.#term === term) this.#term = null;
  }

  /** The node leads in `term`, or leads no more. */
  take(term: number | null): void {
    this.#term = term;
  }
}
