import {
  type ActorRef,
  ActorSystem,
  type ActorSystemOptions,
  type ChildSpec,
  type SystemEvent,
} from "../../../actors/runtime/mod.ts";
import type { ProbeInit, ProbeProtocol } from "./probe_protocol.ts";

/** The Worker entry of every probe. */
export const PROBE_ENTRY = new URL("./probe.ts", import.meta.url);

/** Long enough never to pass in a test that goes well. */
export const PATIENT = { deadlineMs: 20_000 } as const;

/** A child spec of a probe, permanent and alone in its group unless said otherwise. */
export function probeSpec(
  name: string,
  more: Partial<Omit<ChildSpec, "init">> & { readonly init?: ProbeInit } = {},
): ChildSpec {
  const { init = {}, ...rest } = more;
  return {
    name,
    entry: PROBE_ENTRY,
    permissions: "none",
    init: () => init,
    links: [],
    ping: { intervalMs: 50, timeoutMs: 1_500 },
    startMs: 20_000,
    stopMs: 5_000,
    restart: "permanent",
    ...rest,
  };
}

/** An actor system that remembers its events, and lets a test wait for one. */
export class ProbeSystem {
  readonly system: ActorSystem;
  readonly events: SystemEvent[] = [];
  readonly #waiting = new Set<() => void>();

  constructor(options: Partial<ActorSystemOptions> = {}) {
    this.system = new ActorSystem({
      ...options,
      onEvent: (event) => {
        this.events.push(event);
        for (const look of [...this.#waiting]) look();
      },
    });
  }

  probe(name: string): ActorRef<ProbeProtocol> {
    return this.system.ref<ProbeProtocol>(name);
  }

  /** The first event of `kind` about `actor`, past or to come, of those after `since`. */
  event<K extends SystemEvent["kind"]>(
    kind: K,
    actor: string,
    since = 0,
  ): Promise<Extract<SystemEvent, { readonly kind: K }>> {
    type Wanted = Extract<SystemEvent, { readonly kind: K }>;
    const wanted = (event: SystemEvent): event is Wanted =>
      event.kind === kind && event.actor === actor;
    return new Promise((resolve) => {
      const look = () => {
        const found = this.events.slice(since).find(wanted);
        if (found === undefined) return;
        this.#waiting.delete(look);
        resolve(found);
      };
      this.#waiting.add(look);
      look();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.system.stop({ deadlineMs: 10_000 });
  }
}

/** The value of an ask that has to have gone well. */
export function valueOf<T>(
  result: { readonly ok: true; readonly value: T } | {
    readonly ok: false;
    readonly error: { readonly code: string; readonly message: string };
  },
): T {
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.message}`);
  return result.value;
}

/** The code of an ask that has to have failed. */
export function codeOf(
  result: { readonly ok: true; readonly value: unknown } | {
    readonly ok: false;
    readonly error: { readonly code: string };
  },
): string {
  if (result.ok) throw new Error(`It was answered: ${JSON.stringify(result.value)}`);
  return result.error.code;
}
