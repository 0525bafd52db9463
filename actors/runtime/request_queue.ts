import { LANES } from "./actor.ts";
import type { RequestEnvelope } from "./envelope.ts";

/** A request that waits for its hop; an ask that expired meanwhile is `dropped`. */
export interface QueuedRequest {
  readonly envelope: RequestEnvelope;
  readonly lane: number;
  dropped: boolean;
}

/** Requests to one peer that are not sent yet, by lane. */
export class RequestQueue {
  #lanes: QueuedRequest[][] = LANES.map(() => []);
  /** Without those dropped, which only take up their place until the next hop. */
  readonly #depths: number[] = LANES.map(() => 0);

  /** How many requests wait in the lane. */
  depth(lane: number): number {
    return this.#depths[lane] ?? 0;
  }

  push(request: QueuedRequest): void {
    this.#lanes[request.lane]?.push(request);
    this.#add(request.lane, 1);
  }

  /** Takes `request` out again: it will not be sent. */
  drop(request: QueuedRequest): void {
    if (request.dropped) return;
    request.dropped = true;
    this.#add(request.lane, -1);
  }

  /** Removes up to `max` requests, the most urgent lane first, each lane in order. */
  take(max: number): RequestEnvelope[] {
    const taken: RequestEnvelope[] = [];
    for (let lane = 0; lane < this.#lanes.length && taken.length < max; lane++) {
      const waiting = this.#lanes[lane] ?? [];
      let used = 0;
      while (used < waiting.length && taken.length < max) {
        const request = waiting[used++];
        if (request === undefined || request.dropped) continue;
        taken.push(request.envelope);
        this.#add(lane, -1);
      }
      this.#lanes[lane] = used === waiting.length ? [] : waiting.slice(used);
    }
    return taken;
  }

  /** Empties it. */
  clear(): void {
    this.#lanes = LANES.map(() => []);
    this.#depths.fill(0);
  }

  #add(lane: number, change: number): void {
    this.#depths[lane] = (this.#depths[lane] ?? 0) + change;
  }
}
