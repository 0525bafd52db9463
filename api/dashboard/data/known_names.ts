/** Names of methods and queues, for suggestions. */
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { MethodView } from "../../schema.ts";
import { get } from "./api.ts";
import { usePulse } from "./pulse.ts";

const STALE_MS = 60_000;

/** The names that are known here; empty until they are. */
export function useKnownNames() {
  const methods = useQuery({
    queryKey: ["methods", "names"],
    queryFn: async ({ signal }) => {
      const { items } = await get<{ items: MethodView[] }>(
        "/api/methods",
        {},
        signal,
      );
      return items.map(({ name }) => name);
    },
    staleTime: STALE_MS,
  }).data;
  const stats = usePulse()?.stats;
  return useMemo(() => ({
    methods: methods ?? [],
    queues: stats?.queues.map(({ name }) => name) ?? [],
  }), [methods, stats]);
}
