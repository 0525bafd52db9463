import type { Value } from "./connection.ts";

/** The values of a statement that is put together from parts, numbered as they come in. */
export class Values {
  readonly list: Value[] = [];

  /** Takes a value along; answers the mark that stands for it in the statement. */
  add(value: Value): string {
    this.list.push(value);
    return `$${this.list.length}`;
  }
}
