import { setImmediate } from "node:timers/promises";
import { Cluster } from "../../../actors/cluster/cluster_actor.ts";
import type { NewsChannel } from "../../../actors/storage/port/news_channel.ts";
import type { ActorRef, Protocol } from "../../../actors/runtime/mod.ts";
import type { MethodDefinition } from "../../../actors/domain/task.ts";
import type {
  ClusterStore,
  LeaderClaim,
  MemberRecord,
  Renewal,
  Renewed,
} from "../../../actors/storage/port/cluster.ts";

interface Message {
  readonly kind: string;
  readonly [field: string]: unknown;
}

/** A node that others see, active and renewed at 0. */
export function memberRecord(id: string, more: Partial<MemberRecord> = {}): MemberRecord {
  return {
    id,
    version: "1.0.0",
    address: { http: null, grpc: null },
    state: "active",
    load: { slots: 0, held: 0 },
    report: null,
    reportRevision: 0,
    methods: 0,
    methodsHash: `hash of ${id}`,
    startedAt: 0,
    renewedAt: 0,
    markedAt: null,
    reclaimed: false,
    ...more,
  };
}

/** A cluster actor of node `a` whose store answers what the test says, at times that the test makes. */
export class ClusterHarness implements ClusterStore {
  now = 0;
  /** What renewals come to; an error where they fail. */
  answer: Renewed | Error = {
    now: 0,
    state: "active",
    leadership: { term: 1, node: "b", until: 1_000 },
    members: [memberRecord("a"), memberRecord("b")],
  };
  readonly definitions = new Map<string, readonly MethodDefinition[]>();
  /** Calls of the store but renewals. */
  readonly calls: string[] = [];
  renewals = 0;
  readonly sent: Renewal[] = [];
  readonly told: Message[] = [];
  readonly cluster: Cluster;
  readonly #timers = new Set<{ readonly at: number; readonly then: () => void }>();

  constructor() {
    this.cluster = new Cluster({
      node: "a",
      store: this,
      openChannel: () => Promise.resolve(new SilentChannel()),
      monotonic: () => this.now,
      startTimer: (then, afterMs) => {
        const timer = { at: this.now + afterMs, then };
        this.#timers.add(timer);
        return () => this.#timers.delete(timer);
      },
      context: {
        name: "cluster",
        incarnation: "c-1",
        peers: () => [],
        fail: (error) => {
          throw error;
        },
        ref: <P extends Protocol>(name: string) => this.#refTo(name) as unknown as ActorRef<P>,
      },
    }).start();
  }

  /** Messages of a kind, oldest first. */
  toldOf(kind: string): readonly Message[] {
    return this.told.filter((message) => message.kind === kind);
  }

  /** Lets time pass, timer by timer. */
  async advance(ms: number): Promise<void> {
    const until = this.now + ms;
    for (;;) {
      const [next] = [...this.#timers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.#timers.delete(next);
      this.now = Math.max(this.now, next.at);
      next.then();
      await this.settle();
    }
    this.now = until;
  }

  async settle(): Promise<void> {
    for (let turn = 0; turn < 5; turn++) await setImmediate();
  }

  renew(renewal: Renewal): Promise<Renewed> {
    this.renewals++;
    this.sent.push(renewal);
    return this.answer instanceof Error
      ? Promise.reject(this.answer)
      : Promise.resolve(this.answer);
  }

  sweep({ term }: LeaderClaim) {
    this.calls.push(`sweep in term ${term}`);
    return Promise.resolve({ suspect: [], lost: [] });
  }

  definitionsOf(nodes: readonly string[]) {
    this.calls.push(`definitions of ${nodes.join(", ")}`);
    return Promise.resolve(this.definitions);
  }

  join() {
    return Promise.resolve({ slot: 0 });
  }

  leave(node: string): Promise<void> {
    this.calls.push(`leave ${node}`);
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.calls.push("close");
    return Promise.resolve();
  }

  #refTo(name: string) {
    return {
      name,
      tell: (message: Message) => this.told.push(message) > 0,
      ask: () =>
        Promise.resolve({ ok: true, value: [{ slots: 3, held: 1 }, { slots: 1, held: 1 }] }),
    };
  }
}

/** A channel on which nobody is heard but the node itself. */
class SilentChannel implements NewsChannel {
  readonly lost = false;
  send = () => Promise.resolve();
  close = () => Promise.resolve();
}
