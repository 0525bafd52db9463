import type { ChildSpec } from "./actor.ts";

/**
 * Sorts specs so that each comes after those that it starts after, and otherwise as given. `known`
 * names the actors that are there already.
 *
 * @throws {Error} When one is to start after an actor that does not exist, or after itself.
 */
export function startOrder(
  specs: readonly ChildSpec[],
  known: ReadonlySet<string>,
): readonly ChildSpec[] {
  const byName = new Map(specs.map((spec) => [spec.name, spec]));
  const ordered = new Set<ChildSpec>();
  const visit = (spec: ChildSpec, path: readonly string[]): void => {
    if (ordered.has(spec)) return;
    if (path.includes(spec.name)) {
      throw new Error(
        `Cannot start "${spec.name}": ${[...path, spec.name].join(" → ")} is a cycle`,
      );
    }
    for (const name of spec.startAfter ?? []) {
      const before = byName.get(name);
      if (before !== undefined) visit(before, [...path, spec.name]);
      else if (!known.has(name)) {
        throw new Error(`Cannot start "${spec.name}" after "${name}", which does not exist`);
      }
    }
    ordered.add(spec);
  };
  for (const spec of specs) visit(spec, []);
  return [...ordered];
}
