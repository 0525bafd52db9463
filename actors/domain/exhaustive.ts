/** Ends an exhaustive switch: does not compile while a case is missing, and throws on foreign data. */
export function unreachable(value: never): never {
  throw new TypeError(`Unexpected value ${JSON.stringify(value)}: a case is missing`);
}
