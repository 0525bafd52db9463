/** Random choices from one seed. */
import { seededRandom } from "../support/random.ts";

/** Draws everything of one run, so that a seed repeats it. */
export class Chance {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  /** From 0 to below `max`. */
  below(max: number): number {
    return Math.floor(this.#random() * max);
  }

  /** From `min` to `max`, both included. */
  between(min: number, max: number): number {
    return min + this.below(max - min + 1);
  }

  /** True in `share` of the cases. */
  happens(share: number): boolean {
    return this.#random() < share;
  }

  /** One of `choices`, of which there has to be one. */
  of<T>(choices: readonly T[]): T {
    const choice = choices[this.below(choices.length)];
    if (choice === undefined) throw new Error("nothing to choose from");
    return choice;
  }

  /** Of up to `max` letters of all kinds. */
  text(max: number): string {
    return Array.from({ length: this.below(max + 1) }, () => this.of(LETTERS)).join("");
  }

  bytes(max: number): Uint8Array<ArrayBuffer> {
    return Uint8Array.from({ length: this.below(max + 1) }, () => this.below(256));
  }
}

const LETTERS = [
  ..."abcXYZ019-_.:/?&=%#\\\"'<>{}[] \u0000\u007f\u2028\uFFFDäß漢🙂",
  "\n",
  "\r",
  "\t",
];
