/** The spans of time that can be looked at, as they stand in the address. */
import type { TrafficWindow } from "../../../schema.ts";

/** One of them, with its name for people. */
export interface WindowChoice {
  readonly window: TrafficWindow;
  readonly label: string;
  /** As part of a sentence. */
  readonly span: string;
}

/** The shortest first: on a node that has just started the others show little. */
export const WINDOWS: readonly [WindowChoice, ...WindowChoice[]] = [
  { window: "5m", label: "5 min", span: "last 5 minutes" },
  { window: "1h", label: "1 h", span: "last hour" },
  { window: "24h", label: "24 h", span: "last 24 hours" },
];

/** The choice that the query of an address holds; the first where it holds none. */
export function windowOf(search: string): WindowChoice {
  const wanted = new URLSearchParams(search).get("window");
  return WINDOWS.find(({ window }) => window === wanted) ?? WINDOWS[0];
}

/** The address of a choice. */
export function windowPath(window: TrafficWindow): string {
  return window === WINDOWS[0].window ? "/" : `/?window=${window}`;
}
