/**
 * Work that met what a transaction of another node holds: put off for a while, so that everything else
 * goes on. Such a transaction lasts for milliseconds, or, where its node was stopped or cut off in the
 * middle of it, until the database gives its session up.
 */
export class PutOff<I> {
  readonly #back: (items: readonly I[]) => void;
  readonly #random: () => number;
  #items: I[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #wake = () => {};
  #returned: Promise<void> = Promise.resolve();

  /** `back` takes the items whose time has come; `random` gives what is at least 0 and below 1. */
  constructor(back: (items: readonly I[]) => void, random: () => number) {
    this.#back = back;
    this.#random = random;
  }

  /** What waits, the earliest first. */
  get items(): readonly I[] {
    return this.#items;
  }

  /** Resolves when what waits has been given back. */
  get returned(): Promise<void> {
    return this.#returned;
  }

  /** Keeps `items`, and what is there already, for about `PUT_OFF_MS` from the first of them. */
  add(items: readonly I[]): void {
    this.#items.push(...items);
    if (this.#timer !== undefined) return;
    this.#returned = new Promise((resolve) => this.#wake = resolve);
    // Two nodes that were in each other's way would be so again if both came back at one time.
    const ms = PUT_OFF_MS * (0.5 + this.#random());
    this.#timer = setTimeout(() => this.#giveBack(), ms);
  }

  #giveBack(): void {
    const items = this.#items;
    this.#items = [];
    this.#timer = undefined;
    this.#back(items);
    this.#wake();
  }
}

/** Each try costs the commits between a few short waits. */
const PUT_OFF_MS = 250;
