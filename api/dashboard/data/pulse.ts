/**
 * The pulse: one stream a tab that tells at most once a second that something has changed, with the
 * counters. Lists are read anew because of it, never on a timer.
 */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useSyncExternalStore } from "react";
import type { StatsView } from "../../schema.ts";
import { openEventSource } from "./event_source.ts";
import { refreshLive } from "./query_client.ts";
import { RefreshPace } from "./refresh_pace.ts";

/** What the server tells. */
export interface Pulse {
  readonly seq: number;
  readonly stats: StatsView;
}

/** How the tab stands with the server. */
export interface Connection {
  readonly state: "connecting" | "live" | "lost";
  /** Epoch ms of the last change of the state. */
  readonly since: number;
}

/** At most one reading of what is seen in so long. */
const REFRESH_MS = 2_000;

const listeners = new Set<() => void>();
let pulse: Pulse | null = null;
let connection: Connection = { state: "connecting", since: Date.now() };

/** The latest pulse; null until there is one. */
export function usePulse(): Pulse | null {
  return useSyncExternalStore(subscribe, () => pulse);
}

/** Whether what is shown is live. */
export function useConnection(): Connection {
  return useSyncExternalStore(subscribe, () => connection);
}

/** Listens to pulses as long as the component lives; used once, by the app. */
export function useLivePulse(): void {
  const client = useQueryClient();
  useEffect(() => {
    const pace = new RefreshPace({
      refresh: () => void refreshLive(client),
      everyMs: REFRESH_MS,
    });
    const onVisible = () => pace.setVisible(document.visibilityState === "visible");
    onVisible();
    document.addEventListener("visibilitychange", onVisible);
    const close = openEventSource({
      path: "/api/pulse",
      onEvent: ({ name, data }) => {
        if (name !== "pulse") return;
        const next: Pulse = JSON.parse(data);
        const moved = pulse === null || next.seq !== pulse.seq;
        pulse = next;
        announce();
        if (moved) pace.ask();
      },
      onOpen: (again) => {
        change("live");
        if (again) pace.ask();
      },
      onLost: () => change("lost"),
    });
    return () => {
      document.removeEventListener("visibilitychange", onVisible);
      pace.end();
      close();
      pulse = null;
      change("connecting");
    };
  }, [client]);
}

function change(state: Connection["state"]): void {
  if (connection.state === state) return;
  connection = { state, since: Date.now() };
  announce();
}

function announce(): void {
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
