/** The actors of a node in the order in which they are shown. */
import type { NodeView } from "../../../schema.ts";

/** An actor of a node. */
export type Actor = NodeView["actors"][number];

/** An actor with how deep below the first it is. */
export interface PlacedActor {
  readonly actor: Actor;
  readonly level: number;
}

/** Parents before children, each level by name, numbers in names as numbers; those without a parent first. */
export function placeActors(actors: readonly Actor[]): readonly PlacedActor[] {
  const names = new Set(actors.map(({ name }) => name));
  const children = Map.groupBy(
    actors,
    ({ parent }) => parent !== null && names.has(parent) ? parent : null,
  );
  const placed: PlacedActor[] = [];
  const seen = new Set<string>();
  const place = (parent: string | null, level: number) => {
    const here = (children.get(parent) ?? []).toSorted((a, b) => byName(a.name, b.name));
    for (const actor of here) {
      if (seen.has(actor.name)) continue;
      seen.add(actor.name);
      placed.push({ actor, level });
      place(actor.name, level + 1);
    }
  };
  place(null, 0);
  return placed;
}

/** Messages that wait in a mailbox, lane by lane, as text; null where none does. */
export function waitingText({ lanes }: Pick<Actor, "lanes">): string | null {
  const waiting = Object.entries(lanes).filter(([, depth]) => depth > 0);
  return waiting.length === 0
    ? null
    : waiting.map(([lane, depth]) => `${depth.toLocaleString("en")} ${lane}`).join(", ");
}

function byName(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true });
}
