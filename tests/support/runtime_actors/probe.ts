/** Worker entry of the actor that the runtime's tests start, reach and break. */
import {
  type ActorContext,
  type Behaviour,
  serveActor,
  type Started,
  SUPERVISOR,
} from "../../../actors/runtime/mod.ts";
import type { ProbeInit, ProbeMessage, ProbeProtocol, SeenPeerEvent } from "./probe_protocol.ts";

type Kind<K extends ProbeMessage["kind"]> = Extract<ProbeMessage, { readonly kind: K }>;

class Probe implements Behaviour<ProbeProtocol> {
  readonly #context: ActorContext;
  readonly #init: ProbeInit;
  readonly #notes: number[] = [];
  readonly #peerEvents: SeenPeerEvent[] = [];
  #held: (() => void)[] = [];

  constructor(init: ProbeInit, context: ActorContext) {
    this.#init = init;
    this.#context = context;
  }

  receive(message: ProbeMessage): unknown {
    switch (message.kind) {
      case "Echo":
        return message.value;
      case "Hold":
        return new Promise((resolve) => this.#held.push(() => resolve(message.value)));
      case "Release": {
        const held = this.#held;
        this.#held = [];
        return held.forEach((release) => release());
      }
      case "Note":
        return void this.#notes.push(message.value);
      case "GetNotes":
        return this.#notes;
      case "GetPeerEvents":
        return this.#peerEvents;
      case "GetIncarnation":
        return this.#context.incarnation;
      default:
        return this.#misbehave(message);
    }
  }

  onPeer({ peer, state }: SeenPeerEvent): void {
    this.#peerEvents.push({ peer, state });
  }

  async stop(): Promise<void> {
    if (this.#init.hangStop === true) await new Promise(() => {});
    const value = this.#init.noteAtStop;
    if (value === undefined) return;
    await this.#context.ref<ProbeProtocol>(SUPERVISOR).ask(
      { kind: "Echo", value },
      { deadlineMs: 5_000 },
    );
  }

  #misbehave(message: Exclude<ProbeMessage, Kind<"Echo" | "Hold" | "Release" | "Note">>): unknown {
    switch (message.kind) {
      case "Throw":
        throw new RangeError(message.text);
      case "AnswerFunction":
        return () => message;
      case "RejectOutside":
        return void Promise.reject(new RangeError(message.text));
      case "Fail":
        return this.#context.fail(new RangeError(message.text));
      case "Spin": {
        const end = performance.now() + message.ms;
        while (performance.now() < end);
        return null;
      }
      case "AskPeer":
        return this.#onAskPeer(message);
      case "Flood":
        return this.#onFlood(message);
      case "Measure":
        return this.#onMeasure(message);
      case "MeasureTells":
        return this.#onMeasureTells(message);
      default:
        throw new Error(`Unexpected ${message.kind}`);
    }
  }

  async #onAskPeer({ peer, deadlineMs }: Kind<"AskPeer">): Promise<string> {
    const result = await this.#context.ref<ProbeProtocol>(peer).ask(
      { kind: "Echo", value: "hello" },
      { deadlineMs },
    );
    return result.ok ? String(result.value) : result.error.code;
  }

  async #onFlood({ peer, count, message: kind }: Kind<"Flood">): Promise<Record<string, number>> {
    const ref = this.#context.ref<ProbeProtocol>(peer);
    const codes: Record<string, number> = {};
    const seen = (code: string) => codes[code] = (codes[code] ?? 0) + 1;
    const results: Promise<unknown>[] = [];
    for (let value = 0; value < count; value++) {
      if (kind === "Note") seen(ref.tell({ kind, value }) ? "sent" : "dropped");
      else {
        const asked = ref.ask({ kind, value }, { deadlineMs: 20_000 });
        results.push(asked.then((result) => seen(result.ok ? "ok" : result.error.code)));
      }
    }
    await Promise.all(results);
    return codes;
  }

  async #onMeasure({ peer, count, inFlight }: Kind<"Measure">): Promise<number> {
    const ref = this.#context.ref<ProbeProtocol>(peer);
    let left = count;
    const start = performance.now();
    const one = async () => {
      while (left-- > 0) {
        const value = { id: left, name: "task" };
        const result = await ref.ask({ kind: "Echo", value }, { deadlineMs: 10_000 });
        if (!result.ok) throw new Error(result.error.message);
      }
    };
    await Promise.all(Array.from({ length: inFlight }, one));
    return performance.now() - start;
  }

  async #onMeasureTells({ peer, count }: Kind<"MeasureTells">): Promise<number> {
    const ref = this.#context.ref<ProbeProtocol>(peer);
    const start = performance.now();
    for (let value = 0; value < count; value++) {
      // Over the bound of the lane: an answer says that there is room again.
      if (value % 5_000 === 4_999) {
        await ref.ask({ kind: "Echo", value }, { deadlineMs: 10_000 });
      } else if (!ref.tell({ kind: "Release" })) throw new Error("The lane is full");
    }
    await ref.ask({ kind: "Echo", value: 0 }, { deadlineMs: 10_000 });
    return performance.now() - start;
  }
}

serveActor<ProbeProtocol, ProbeInit>(async (init, context): Promise<Started<ProbeProtocol>> => {
  if (init.failStart !== undefined) throw new Error(init.failStart);
  if (init.hangStart === true) await new Promise(() => {});
  let ready: unknown = context.name;
  if (init.askAtStart !== undefined) {
    const peer = context.ref<ProbeProtocol>(init.askAtStart);
    ready = await peer.ask({ kind: "Echo", value: "from the start" }, { deadlineMs: 5_000 });
  }
  return { behaviour: new Probe(init, context), ready };
}, {
  laneOf: { Hold: "submissions", Note: "reads" },
  max: { submissions: 50, reads: 500 },
});
