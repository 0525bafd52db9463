/** A workflow with its tasks and runs, live. */
import { useEffect, useMemo, useSyncExternalStore } from "react";
import { get } from "../../data/api.ts";
import { useTaskChanges } from "../../data/task_stream.ts";
import { WorkflowFeed, type WorkflowSnapshot } from "../../data/workflow_feed.ts";

/** What is known of the workflow, and `reload`, which reads it anew. */
export function useWorkflow(id: string): WorkflowSnapshot & { readonly reload: () => void } {
  const feed = useMemo(() => new WorkflowFeed({ id, get }), [id]);
  useEffect(() => {
    void feed.load();
    return () => feed.close();
  }, [feed]);
  const filter = useMemo(() => ({ workflowId: id }), [id]);
  useTaskChanges(filter, (change) => feed.take(change));
  const snapshot = useSyncExternalStore(feed.subscribe, feed.snapshot);
  return { ...snapshot, reload: () => void feed.load() };
}
