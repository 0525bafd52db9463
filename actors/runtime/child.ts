import type { ActorInfo, ChildSpec } from "./actor.ts";
import type { Incarnation } from "./incarnation.ts";

/** One supervised actor over all its incarnations: a record that the supervision keeps. */
export class Child {
  readonly spec: ChildSpec;
  state: ActorInfo["state"] = "starting";
  /** The present incarnation; null while there is none. */
  life: Incarnation | null = null;
  /** True while the present incarnation is connected with its peers. */
  connected = false;
  /** True when nothing is to follow the present incarnation. */
  final = false;
  /** True once it has been ready: from then on a failure restarts it. */
  established = false;
  restarts = 0;
  /** When it was restarted because of a failure, ascending. */
  restartTimes: readonly number[] = [];
  startedAt: number | null = null;
  lastError: string | null = null;
  lastErrorAt: number | null = null;
  readyData: unknown = undefined;
  #ready = Promise.withResolvers<void>();
  #readySettled = false;

  constructor(spec: ChildSpec) {
    this.spec = spec;
    this.#observeGate();
  }

  /** Actors with the same one restart together. */
  get group(): string {
    return this.spec.group ?? this.spec.name;
  }

  /** True when it is not there and will not be again. */
  get gone(): boolean {
    return this.state === "stopped" || this.state === "failed";
  }

  /** Resolves when it is ready, now or after a restart; rejects once it is gone. */
  whenReady(): Promise<void> {
    return this.#ready.promise;
  }

  /** It is ready: lets those start that waited for it. */
  openGate(): void {
    this.#readySettled = true;
    this.#ready.resolve();
  }

  /** It is not ready any more, but will be again. */
  closeGate(): void {
    if (!this.#readySettled) return;
    this.#readySettled = false;
    this.#ready = Promise.withResolvers();
    this.#observeGate();
  }

  /** It will not be ready again. */
  barGate(): void {
    this.closeGate();
    this.#readySettled = true;
    this.#ready.reject(new Error(`Actor "${this.spec.name}" is not there any more`));
  }

  /** It failed, or what it does did. */
  noteError(error: string): void {
    this.lastError = error;
    this.lastErrorAt = Date.now();
  }

  /** What is shown of it. */
  info(): ActorInfo {
    return {
      name: this.spec.name,
      incarnation: this.life?.id ?? null,
      state: this.state,
      restarts: this.restarts,
      startedAt: this.startedAt,
      lastError: this.lastError,
      lastErrorAt: this.lastErrorAt,
      lanes: this.life?.depths ?? {},
    };
  }

  /** A gate that nobody waits at may be barred: that alone is no unhandled failure. */
  #observeGate(): void {
    this.#ready.promise.catch(() => undefined);
  }
}
