/** What the command palette finds on the server: by the beginning of an id or a name. */
import { type QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import type { MethodView, QueueView, TaskView, WorkflowView } from "../../schema.ts";
import { get } from "./api.ts";
import type { Found } from "../shell/commands.ts";

interface Page<T> {
  readonly items: readonly T[];
}

const EACH_MAX = 5;
/** Names change seldom: they are not read again for every letter. */
const NAMES_MS = 60_000;
const ID = /^[A-Za-z0-9_.:-]{1,200}$/;

/** Finds what `text` may mean; nothing for an empty one. */
export function useSearch(text: string) {
  const client = useQueryClient();
  return useQuery({
    queryKey: ["search", text],
    queryFn: ({ signal }) => search(client, text, signal),
    enabled: text !== "",
    placeholderData: (before) => before,
    gcTime: NAMES_MS,
  });
}

async function search(client: QueryClient, q: string, signal: AbortSignal): Promise<Found> {
  const query = { q, limit: EACH_MAX };
  const [tasks, workflows, queues, methods] = await Promise.all([
    ID.test(q) ? get<Page<TaskView>>("/api/tasks", query, signal) : { items: [] },
    get<Page<WorkflowView>>("/api/workflows", query, signal),
    names<QueueView>(client, "/api/queues"),
    names<MethodView>(client, "/api/methods"),
  ]);
  const matching = (all: readonly string[]) =>
    all.filter((name) => name.toLowerCase().includes(q.toLowerCase())).slice(0, EACH_MAX);
  return {
    tasks: tasks.items,
    workflows: workflows.items,
    queues: matching(queues),
    methods: matching(methods),
  };
}

function names<T extends { readonly name: string }>(
  client: QueryClient,
  path: string,
): Promise<readonly string[]> {
  return client.fetchQuery({
    queryKey: ["names", path],
    queryFn: async () => (await get<Page<T>>(path)).items.map(({ name }) => name),
    staleTime: NAMES_MS,
  });
}
