/** How the node did lately. The present is in every pulse; see `usePulse`. */
import { useQuery } from "@tanstack/react-query";
import { useRef } from "react";
import type { HistoryView, TrafficWindow } from "../../schema.ts";
import { get } from "./api.ts";
import { usePulse } from "./pulse.ts";

/** From one reading of a window to the next, at least: an old point does not change. */
const PACE_MS: Readonly<Record<TrafficWindow, number>> = {
  "5m": 4_000,
  "1h": 15_000,
  "24h": 60_000,
};

/** A window in points, read anew when pulses come. */
export function useHistory(window: TrafficWindow) {
  const turn = useTurn(PACE_MS[window]);
  return useQuery<HistoryView>({
    queryKey: ["history", window, turn],
    queryFn: ({ signal }) => get<HistoryView>("/api/stats/history", { window }, signal),
    // What was there stays until what is new has come.
    placeholderData: (before) => before?.window === window ? before : undefined,
    gcTime: 5_000,
  });
}

/** Another number with the first pulse after each `paceMs`, while somebody looks. */
function useTurn(paceMs: number): number {
  const pulse = usePulse();
  const seen = useRef({ pulse, turn: 0, at: 0 });
  const { current } = seen;
  const isDue = current.pulse !== pulse && Date.now() - current.at >= paceMs;
  if (isDue && document.visibilityState === "visible") {
    seen.current = { pulse, turn: current.turn + 1, at: Date.now() };
  }
  return seen.current.turn;
}
