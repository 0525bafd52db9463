import type { Batch } from "../../../actors/runtime/envelope.ts";
import type { Connection } from "../../../actors/runtime/transport.ts";

/** A connection whose other end is the test: it sees each hop and says when it is taken. */
export class ManualConnection implements Connection {
  readonly hops: Batch[] = [];
  closed = false;
  readonly #unacknowledged: PromiseWithResolvers<void>[] = [];
  #deliver: ((batch: Batch) => void | Promise<void>) | null = null;

  // deno-lint-ignore require-await -- what can't be encoded has to reject, not to throw
  async send(batch: Batch): Promise<void> {
    structuredClone(batch);
    this.hops.push(batch);
    const taken = Promise.withResolvers<void>();
    this.#unacknowledged.push(taken);
    return taken.promise;
  }

  listen(deliver: (batch: Batch) => void | Promise<void>): void {
    this.#deliver = deliver;
  }

  close(): void {
    this.closed = true;
  }

  /** The other end has taken the oldest hop; resolves when the sender has heard of it. */
  async acknowledge(): Promise<void> {
    this.#unacknowledged.shift()?.resolve();
    await turn();
  }

  /** The other end sends a hop; resolves when it has been taken. */
  async arrive(batch: Partial<Batch>): Promise<void> {
    await this.#deliver?.({ replies: [], requests: [], ...batch });
    await turn();
  }
}

/** Lets everything run that waits for nothing but its turn. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
