import { type Store, StoreFencedError, type StoreWriter } from "../../actors/storage/port.ts";
import { type LeaderClaim, NotLeaderError } from "../../actors/storage/port/cluster.ts";
import { openSqliteStore } from "../../actors/storage/sqlite/mod.ts";
import type { SharedBackend } from "./shared_rig.ts";

/** One SQLite store that passes for one which nodes share, with membership as the test has it. */
export class ImitatedCluster implements SharedBackend {
  readonly #store: Store;
  readonly #dataDir: string;
  #leader: LeaderClaim | null = null;
  #gone: readonly string[] = [];
  readonly #lost = new Set<string>();

  private constructor(store: Store, dataDir: string) {
    this.#store = store;
    this.#dataDir = dataDir;
  }

  static async open(now: () => number): Promise<ImitatedCluster> {
    const dataDir = await Deno.makeTempDir({ prefix: "dtask-shared-" });
    return new ImitatedCluster(await openSqliteStore({ dataDir, now }), dataDir);
  }

  join(node: string): Promise<Store> {
    return Promise.resolve({
      shared: true,
      now: () => this.#store.now(),
      write: async (work) => {
        const reclaimed = new Set<string>();
        const value = await this.#store.write((writer) => {
          if (this.#lost.has(node)) throw new StoreFencedError(`${node} was declared lost`);
          return work(this.#membership(writer, reclaimed));
        });
        this.#gone = this.#gone.filter((other) => !reclaimed.has(other));
        return value;
      },
      outcomeOf: (error) => this.#store.outcomeOf(error),
      close: () => Promise.resolve(),
    });
  }

  lead(node: string): Promise<number> {
    const term = (this.#leader?.term ?? 0) + 1;
    this.#leader = { node, term };
    return Promise.resolve(term);
  }

  lose(node: string): Promise<void> {
    this.#gone = [...this.#gone, node];
    this.#lost.add(node);
    return Promise.resolve();
  }

  async close(): Promise<void> {
    await this.#store.close();
    await Deno.remove(this.#dataDir, { recursive: true });
  }

  /** `reclaimed` takes what counts only once the transaction stands. */
  #membership(writer: StoreWriter, reclaimed: Set<string>): StoreWriter {
    const verbs: Partial<StoreWriter> = {
      assertLeading: (claim) => {
        const { node, term } = this.#leader ?? { node: null, term: 0 };
        if (claim.node === node && claim.term === term) return Promise.resolve();
        return Promise.reject(new NotLeaderError(claim));
      },
      nodesToReclaim: (limit) => Promise.resolve(this.#gone.slice(0, limit)),
      markReclaimed: (node) => {
        reclaimed.add(node);
        return Promise.resolve();
      },
    };
    return new Proxy(writer, {
      get: (target, name) => {
        const own = Reflect.get(verbs, name) ?? Reflect.get(target, name);
        return typeof own === "function" ? own.bind(target) : own;
      },
    });
  }
}
