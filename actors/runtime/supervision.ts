import type { ChildSpec, DeathCause, RestartPolicy, SystemEvent } from "./actor.ts";
import { Child } from "./child.ts";
import { errorMessage } from "./error_text.ts";
import { type Death, Incarnation } from "./incarnation.ts";
import { decideRestart } from "./restart_policy.ts";
import type { Transport, TroubleReport } from "./transport.ts";
import type { Wiring } from "./wiring.ts";

export interface SupervisionOptions {
  readonly children: Map<string, Child>;
  readonly wiring: Wiring;
  readonly transport: Transport;
  readonly policy: RestartPolicy;
  readonly emit: (event: SystemEvent) => void;
}

/**
 * Brings actors up, and decides what becomes of them when they die: the members of a group go and
 * come together, each failure waits longer than the one before, and too many of them escalate.
 */
export class Supervision {
  readonly #options: SupervisionOptions;
  readonly #restartTimers = new Map<string, ReturnType<typeof setTimeout>>();
  #stopping = false;

  constructor(options: SupervisionOptions) {
    this.#options = options;
  }

  /** From now on nothing is restarted. */
  stopRestarts(): void {
    this.#stopping = true;
    for (const timer of this.#restartTimers.values()) clearTimeout(timer);
    this.#restartTimers.clear();
    for (const child of this.#options.children.values()) {
      if (child.life === null && !child.gone) this.retire(child, "stopped");
    }
  }

  /** Adds a child; its isolate begins to load. */
  launch(spec: ChildSpec): Child {
    const child = new Child(spec);
    this.#options.children.set(spec.name, child);
    this.#newLife(child);
    return child;
  }

  /**
   * Starts a launched child once those are ready that it starts after.
   *
   * @throws {Error} With the failure's own text, when it could not be started; it is dead then.
   */
  async establish(child: Child): Promise<void> {
    const life = child.life;
    if (life === null) throw new Error(child.lastError ?? "It ended before it was started");
    try {
      await this.#startAfter(child);
      await life.load();
      if (life.dead) throw new Error(child.lastError ?? "It ended while it was started");
      this.#options.wiring.connect(child);
      child.readyData = await life.start(this.#options.wiring.linksOf(child));
      this.#onReady(child, life);
    } catch (error) {
      const message = errorMessage(error);
      life.end({ cause: "start_failed", error: message });
      throw new Error(message, { cause: error });
    }
  }

  /** Ends the present incarnation, or what keeps coming after it, at once; false when none is. */
  terminate(child: Child, death: Death & { readonly restart: boolean }): boolean {
    const { life } = child;
    if (!death.restart) child.final = true;
    if (life === null) {
      if (death.restart || child.gone) return false;
      this.retire(child, "stopped");
      return true;
    }
    return life.end(death);
  }

  /** It is not there and will not be again. */
  retire(child: Child, state: "stopped" | "failed"): void {
    child.state = state;
    child.barGate();
    this.#options.wiring.disconnect(child, true);
    if (state === "stopped") this.#options.emit({ kind: "ActorStopped", actor: child.spec.name });
  }

  #newLife(child: Child): void {
    child.state = "starting";
    try {
      child.life = new Incarnation({
        spec: child.spec,
        transport: this.#options.transport,
        onDeath: (death) => this.#onDeath(child, death),
        onTrouble: (report) => this.#onTrouble(child, report),
      });
    } catch (error) {
      // The isolate could not even be made, such as with rights that this one does not have.
      this.#onDeath(child, { cause: "start_failed", error: errorMessage(error) });
    }
  }

  async #startAfter(child: Child): Promise<void> {
    const before = child.spec.startAfter ?? [];
    await Promise.all(before.map((name) => this.#options.children.get(name)?.whenReady()));
  }

  #onReady(child: Child, life: Incarnation): void {
    if (life.dead) throw new Error(child.lastError ?? "It ended while it was started");
    child.established = true;
    child.state = "ready";
    child.startedAt = Date.now();
    child.openGate();
    this.#options.emit({ kind: "ActorReady", actor: child.spec.name, incarnation: life.id });
  }

  #onDeath(child: Child, { cause, error }: Death): void {
    const orderly = child.state === "stopping" && cause === "terminated" && error === "";
    const incarnation = child.life?.id ?? "";
    child.life = null;
    child.startedAt = null;
    if (error !== "") child.noteError(error);
    if (!orderly) {
      this.#options.emit({ kind: "ActorDied", actor: child.spec.name, incarnation, cause, error });
    }
    if (this.#stopping || child.final || orderly) return this.retire(child, "stopped");
    // A first start that fails is the business of whoever asked for it.
    if (!child.established) return this.retire(child, "failed");
    if (child.spec.restart === "temporary") return this.retire(child, "stopped");
    child.state = "restarting";
    child.closeGate();
    this.#options.wiring.disconnect(child, false);
    if (cause === "group") return;
    const members = this.#groupOf(child);
    for (const member of members) {
      member.life?.end({ cause: "group", error: `"${child.spec.name}" of its group died` });
    }
    this.#planRestart(child, cause);
  }

  #planRestart(child: Child, cause: DeathCause): void {
    const { policy, emit } = this.#options;
    const actor = child.spec.name;
    // Who was ended on purpose did not fail: that is no reason to wait or to give up.
    if (cause === "terminated") return this.#restartIn(child, 0);
    const now = performance.now();
    const decision = decideRestart(policy, child.restartTimes, now);
    if (decision.kind === "escalate") {
      for (const member of this.#groupOf(child)) if (!member.gone) this.retire(member, "failed");
      return emit({ kind: "Escalated", actor, error: child.lastError ?? "" });
    }
    child.restartTimes = [...child.restartTimes, now].filter((at) => now - at < policy.windowMs);
    this.#restartIn(child, decision.afterMs);
  }

  #restartIn(child: Child, afterMs: number): void {
    const { group } = child;
    // A second death in the group while it is down moves its restart, never doubles it.
    clearTimeout(this.#restartTimers.get(group));
    this.#options.emit({ kind: "ActorRestarting", actor: child.spec.name, afterMs });
    const timer = setTimeout(() => {
      this.#restartTimers.delete(group);
      this.#restart(this.#groupOf(child));
    }, afterMs);
    this.#restartTimers.set(group, timer);
  }

  #restart(members: readonly Child[]): void {
    const down = members.filter((member) => member.state === "restarting");
    for (const member of down) {
      member.restarts++;
      this.#newLife(member);
    }
    for (const member of down) {
      // Its failure has been dealt with as a death by then.
      this.establish(member).catch(() => undefined);
    }
  }

  #groupOf(child: Child): readonly Child[] {
    return [...this.#options.children.values()].filter((other) => other.group === child.group);
  }

  #onTrouble(child: Child, { dropped, failures }: TroubleReport): void {
    const actor = child.spec.name;
    for (const { lane, count } of dropped) {
      this.#options.emit({ kind: "MessagesDropped", actor, lane, count });
    }
    if (failures === null) return;
    const { last: error, count } = failures;
    child.noteError(error);
    this.#options.emit({ kind: "ReceiveFailed", actor, error, count });
  }
}
