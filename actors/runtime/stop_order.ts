/**
 * Names in the order in which they stop: first those of each entry of `order` (a name or the
 * beginning of names) together, then the others one by one, the last started first.
 */
export function stopOrder(
  started: readonly string[],
  order: readonly string[],
): readonly (readonly string[])[] {
  const left = new Set(started);
  const steps: (readonly string[])[] = [];
  for (const entry of order) {
    const step = [...left].filter((name) => name.startsWith(entry));
    for (const name of step) left.delete(name);
    if (step.length > 0) steps.push(step);
  }
  return [...steps, ...[...left].reverse().map((name) => [name])];
}
