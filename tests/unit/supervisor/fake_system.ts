import type { ActorInfo, ActorRef, ActorSystem, Protocol } from "../../../actors/runtime/mod.ts";

interface Message {
  readonly kind: string;
}

/** What an actor of straw answers; `undefined` is no answer before the deadline. */
export type Answer = (message: Message) => unknown;

const TIMEOUT = { ok: false, error: { code: "timeout", message: "no answer" } } as const;

/** Actors of straw, as the supervisor reaches them. */
export class FakeSystem implements Pick<ActorSystem, "info" | "ref" | "terminate"> {
  /** `actor: kind` of what was told or asked. */
  readonly sent: string[] = [];
  readonly terminated: string[] = [];
  /** By name. */
  readonly answers = new Map<string, Answer>();
  readonly #names: readonly string[];

  constructor(names: readonly string[]) {
    this.#names = names;
  }

  info(): readonly ActorInfo[] {
    return this.#names.map((name) => ({
      name,
      state: "ready",
      incarnation: `i-${name}`,
      restarts: 0,
      startedAt: 0,
      lastError: null,
      lastErrorAt: null,
      lanes: {},
    }));
  }

  ref<P extends Protocol>(name: string): ActorRef<P> {
    const send = (message: Message) => this.sent.push(`${name}: ${message.kind}`);
    const ref = {
      name,
      tell: (message: Message) => send(message) > 0,
      ask: (message: Message) => {
        send(message);
        const value = this.answers.get(name)?.(message);
        return Promise.resolve(value === undefined ? TIMEOUT : { ok: true, value });
      },
    };
    // Stands for any protocol: what it answers is the test's business.
    return ref as unknown as ActorRef<P>;
  }

  terminate(name: string, { reason }: { readonly reason: string }): Promise<boolean> {
    this.terminated.push(`${name}: ${reason}`);
    return Promise.resolve(true);
  }
}
