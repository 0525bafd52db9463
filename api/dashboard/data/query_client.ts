/** The cache of what was read. Nothing is read on a timer: pulses say when to read anew. */
import { QueryClient } from "@tanstack/react-query";
import { ApiProblem } from "./api.ts";

const RETRIES = 2;

/** The tab's cache. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      networkMode: "always",
      staleTime: 2_000,
      refetchOnWindowFocus: true,
      refetchOnReconnect: false,
      retry: (failures, error) =>
        failures < RETRIES && error instanceof ApiProblem && error.passing,
    },
    mutations: { networkMode: "always", retry: false },
  },
});

/** Given to a query as `meta`: it is read anew, while it is seen, when a pulse tells of changes. */
export const LIVE = { live: true } as const;

/** Reads everything anew that is live and seen. */
export function refreshLive(client: QueryClient): Promise<void> {
  return client.invalidateQueries({ predicate: ({ meta }) => meta?.["live"] === true });
}
