/** A workflow: how far it is and what holds it up, its graph and its past. */
import { useCallback, useMemo, useState } from "react";
import { useNow } from "../../ui/clock.ts";
import { EmptyState } from "../../ui/empty_state.tsx";
import { PageHeader } from "../../ui/page_header.tsx";
import { ProblemNote } from "../../ui/problem_note.tsx";
import { countsText, ProgressBar } from "../../ui/progress_bar.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { StatusBadge } from "../../ui/status_badge.tsx";
import { Tabs } from "../../ui/tabs.tsx";
import { DurationText, TimeText } from "../../ui/time_text.tsx";
import type { WorkflowSnapshot } from "../../data/workflow_feed.ts";
import type { PageProps } from "../pages.ts";
import { countStatuses, workflowStatus } from "./live_workflow.ts";
import { recordingOf, statusesAt } from "./recording.ts";
import { ReplayBar } from "./replay_bar.tsx";
import { isEnded, type TaskGraph, type TaskStatus } from "./task_graph.ts";
import { TaskTable } from "./task_table.tsx";
import { TroubleNote } from "./trouble_note.tsx";
import { useReplay } from "./use_replay.ts";
import { useWorkflow } from "./use_workflow.ts";
import { WorkflowActions } from "./workflow_actions.tsx";
import { WorkflowViews } from "./workflow_views.tsx";

const CRUMBS = [{ label: "Workflows", href: "/workflows" }];

/** The page at `/workflows/{id}`. */
export function WorkflowPage({ target: id }: PageProps) {
  const { head, graph, problem, tasksRead, reload, state } = useWorkflow(id);
  const title = head?.name ?? id;
  return (
    <>
      {graph === null || head === null
        ? <PageHeader title={title} breadcrumbs={CRUMBS} />
        : <Loaded head={head} graph={graph} state={state} />}
      {problem === null ? null : <ProblemNote problem={problem} onRetry={reload} />}
      {graph === null && problem === null
        ? <Skeleton label={`the workflow: ${tasksRead} tasks so far`} lines={8} />
        : null}
    </>
  );
}

interface LoadedProps extends Pick<WorkflowSnapshot, "state"> {
  readonly head: NonNullable<WorkflowSnapshot["head"]>;
  readonly graph: TaskGraph;
}

function Loaded({ head, graph, state }: LoadedProps) {
  const tasks = useMemo(
    () => graph.tasks.flatMap(({ id }) => state.tasks.get(id) ?? []),
    [graph, state.tasks],
  );
  const now = useMemo(() => tasks.map(({ status }) => status), [tasks]);
  const recording = useRecording(graph, { tasks, runs: state.runs });
  const replay = useReplay(recording);
  const { at } = replay;
  const then = useMemo(
    () => at === null ? now : statusesAt(graph, recording, at),
    [graph, recording, at, now],
  );
  const [wanted, setWanted] = useState<{ readonly task: number } | null>(null);
  const onFind = useCallback((task: number) => setWanted({ task }), []);
  const status = workflowStatus(countStatuses(now));
  return (
    <>
      <WorkflowHead head={head} now={now} shown={then} past={at !== null} to={recording.to} />
      <TroubleNote graph={graph} statuses={then} onShow={onFind} />
      {tasks.length === 0 ? <EmptyState title="This workflow has no tasks any more." /> : (
        <>
          <ReplayBar replay={replay} recording={recording} running={status === "running"} />
          <Tabs
            label="Views of the workflow"
            tabs={[
              {
                id: "graph",
                label: "Graph and timeline",
                content: (
                  <WorkflowViews {...{ graph, recording, at, wanted, onFind }} statuses={then} />
                ),
              },
              {
                id: "table",
                label: "Table",
                content: <TaskTable tasks={tasks} statuses={then} past={at !== null} />,
              },
            ]}
          />
        </>
      )}
    </>
  );
}

/** The recording, with its end moving while something is live. */
function useRecording(
  graph: TaskGraph,
  { tasks, runs }: {
    readonly tasks: Parameters<typeof recordingOf>[1];
    readonly runs: WorkflowSnapshot["state"]["runs"];
  },
) {
  const clock = useNow();
  const live = useMemo(() => tasks.some(({ status }) => !isEnded(status)), [tasks]);
  const until = live ? clock : 0;
  return useMemo(
    () => recordingOf(graph, tasks, { runs: [...runs.values()].flat(), until }),
    [graph, tasks, runs, until],
  );
}

interface WorkflowHeadProps {
  readonly head: LoadedProps["head"];
  readonly now: readonly TaskStatus[];
  readonly shown: readonly TaskStatus[];
  readonly past: boolean;
  /** Epoch ms of the last thing that happened. */
  readonly to: number;
}

function WorkflowHead({ head, now, shown, past, to }: WorkflowHeadProps) {
  const counts = useMemo(() => countStatuses(shown), [shown]);
  const countsNow = useMemo(() => countStatuses(now), [now]);
  const { id, name, createdAt } = head;
  const status = workflowStatus(countsNow);
  const ended = status === "running" ? null : head.finishedAt ?? new Date(to).toISOString();
  return (
    <>
      <PageHeader
        title={name ?? id}
        breadcrumbs={CRUMBS}
        aside={<StatusBadge status={past ? workflowStatus(counts) : status} />}
        actions={<WorkflowActions id={id} counts={countsNow} />}
      />
      <div className="workflow-progress">
        <ProgressBar counts={counts} label={past ? "Tasks then" : "Tasks"} />
        <p className="muted">
          {countsText(counts)}
          {past ? " at that time" : ""} · submitted <TimeText value={createdAt} /> ·{" "}
          {ended === null ? "for" : "took"} <DurationText from={createdAt} to={ended} />
          {name === null ? null : ` · ${id}`}
        </p>
      </div>
    </>
  );
}
