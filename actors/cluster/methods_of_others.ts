import { isMember } from "../domain/lease.ts";
import type { MethodDefinition } from "../domain/task.ts";
import type { ClusterStore, MemberRecord } from "../storage/port/cluster.ts";

export interface MethodsOfOthersOptions {
  readonly store: Pick<ClusterStore, "definitionsOf">;
  readonly node: string;
}

/** Follows what methods the other live nodes know; reads only what is new. */
export class MethodsOfOthers {
  readonly #options: MethodsOfOthersOptions;
  /** By the hash of a node's definitions: nodes of one version have the same. */
  #known = new Map<string, readonly MethodDefinition[]>();
  #definitions: readonly MethodDefinition[] = [];

  constructor(options: MethodsOfOthersOptions) {
    this.#options = options;
  }

  /** Each method once, whoever has it. */
  get definitions(): readonly MethodDefinition[] {
    return this.#definitions;
  }

  /** Takes the members; true where that changed the definitions. */
  async follow(members: readonly MemberRecord[]): Promise<boolean> {
    const others = members.filter((member) => member.id !== this.#options.node && isMember(member));
    const hashes = new Map(others.map(({ methodsHash, id }) => [methodsHash, id]));
    const isKnown = [...hashes.keys()].every((hash) => this.#known.has(hash));
    if (isKnown && hashes.size === this.#known.size) return false;
    const missing = [...hashes].filter(([hash]) => !this.#known.has(hash));
    const read = await this.#options.store.definitionsOf(missing.map(([, id]) => id));
    // What could not be read, since its node was forgotten just now, is read of another next time.
    const definitions = [...hashes].flatMap(([hash, id]) => {
      const ofHash = this.#known.get(hash) ?? read.get(id);
      return ofHash === undefined ? [] : [[hash, ofHash] as const];
    });
    this.#known = new Map(definitions);
    const named = [...this.#known.values()].flat().map((one) =>
      [`${one.mode} ${one.name}`, one] as const
    );
    this.#definitions = [...new Map(named).values()];
    return true;
  }
}
