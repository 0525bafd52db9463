import type { NodeState } from "../domain/lease.ts";
import type { Renewed } from "../storage/port/cluster.ts";
import { getLogger } from "../telemetry/logger.ts";

const log = getLogger("cluster");

/** Writes changes of the cluster to the log, each once; what goes on as it was says nothing. */
export class MembershipLog {
  #failing = false;
  #states: ReadonlyMap<string, NodeState> | null = null;
  #term: number | null = null;

  /** A renewal failed. */
  failed(cause: string): void {
    if (!this.#failing) log.warn("cannot renew the lease: {cause}", { cause });
    this.#failing = true;
  }

  /** A renewal was answered. */
  reached(): void {
    if (this.#failing) log.info("the database answers again");
    this.#failing = false;
  }

  /** What a renewal told of the cluster. */
  seen({ leadership: { term, node }, members }: Renewed): void {
    if (this.#term !== null && term !== this.#term) {
      log.info("node {node} leads, in term {term}", { node, term });
    }
    this.#term = term;
    const before = this.#states;
    this.#states = new Map(members.map(({ id, state }) => [id, state]));
    if (before === null) return;
    for (const [id, state] of this.#states) {
      if (before.get(id) === state) continue;
      if (state === "suspect" || state === "lost") log.warn(STATE_TEXT[state], { id });
      else log.info(STATE_TEXT[state], { id });
    }
  }
}

const STATE_TEXT: Readonly<Record<NodeState, string>> = {
  active: "node {id} is there",
  suspect: "node {id} does not renew its lease",
  lost: "node {id} is lost: its runs are given back",
  left: "node {id} has left",
};
