/** Queues as the server has them. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { QueueView } from "../../schema.ts";
import { get, send } from "./api.ts";
import { namedPath } from "./named_path.ts";
import { LIVE } from "./query_client.ts";

const KEY = ["queues"] as const;

/** All queues with their settings and depths, live. */
export function useQueues() {
  return useQuery({
    queryKey: KEY,
    queryFn: async ({ signal }) =>
      (await get<{ items: QueueView[] }>("/api/queues", {}, signal)).items,
    meta: LIVE,
  });
}

/** Stops or starts the starting of a queue's tasks. */
export function usePauseQueue() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (
      { name, paused }: { readonly name: string; readonly paused: boolean },
    ) =>
      send<QueueView>(
        "POST",
        `${namedPath("/api/queues", name)}/${paused ? "pause" : "resume"}`,
      ),
    onSettled: () => client.invalidateQueries({ queryKey: KEY }),
  });
}

/** Sets all limits of a queue, which need not be there yet. */
export function useSetQueue() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (
      { name, settings }: {
        readonly name: string;
        readonly settings: Readonly<Record<string, unknown>>;
      },
    ) =>
      send<QueueView>(
        "PUT",
        namedPath("/api/queues", name),
        settings,
      ),
    onSettled: () => client.invalidateQueries({ queryKey: KEY }),
  });
}
