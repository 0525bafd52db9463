/**
 * Work that met what a transaction of another node holds: put off for a while, so that everything else
 * goes on. Such a transaction lasts for milliseconds, or, where its node was stopped or cut off in the
 * middle of it, until the database gives its session up.
 */
export class PutOff<I> {
  readonly #back: (items: readonly I[]) => void;
  #items: I[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #wake = () => {};
  #returned: Promise<void> = Promise.resolve();

  /** `back` takes the items whose time has come. */
  constructor(back: (items: readonly I[]) => void) {
    this.#back = back;
  }

  /** What waits, the earliest first. */
  get items(): readonly I[] {
    return this.#items;
  }

  /** Resolves when what waits has been given back. */
  get returned(): Promise<void> {
    return this.#returned;
  }

  /** Keeps `items`, and what is there already, for `PUT_OFF_MS` from the first of them. */
  add(items: readonly I[]): void {
    this.#items.push(...items);
    if (this.#timer !== undefined) return;
    this.#returned = new Promise((resolve) => this.#wake = resolve);
    this.#timer = setTimeout(() => this.#giveBack(), PUT_OFF_MS);
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
