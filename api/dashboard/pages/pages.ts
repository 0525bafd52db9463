/** The pages: one line each, in the order of the navigation. */
import type { ComponentType } from "react";
import type { Scope } from "../session/token.ts";
import type { IconName } from "../ui/icon.tsx";
import { DeadLettersPage } from "./dead_letters/dead_letters_page.tsx";
import { MethodPage } from "./method/method_page.tsx";
import { MethodsPage } from "./methods/methods_page.tsx";
import { OverviewPage } from "./overview/overview_page.tsx";
import { QueuesPage } from "./queues/queues_page.tsx";
import { SchedulePage } from "./schedule/schedule_page.tsx";
import { SchedulesPage } from "./schedules/schedules_page.tsx";
import { SystemPage } from "./system/system_page.tsx";
import { TaskPage } from "./task/task_page.tsx";
import { TasksPage } from "./tasks/tasks_page.tsx";
import { WorkflowPage } from "./workflow/workflow_page.tsx";
import { WorkflowsPage } from "./workflows/workflows_page.tsx";

/** What every page is given. */
export interface PageProps {
  /** The id or name in the path; empty where the path has none. */
  readonly target: string;
}

/** A page and where it is. */
export interface PageEntry {
  /** At most one parameter, `:target`. */
  readonly path: string;
  readonly Page: ComponentType<PageProps>;
  /** How the navigation calls it; absent for pages that lists lead to. */
  readonly navigation?: { readonly label: string; readonly icon: IconName };
  /** What one needs to see it; `tasks:read` when absent. */
  readonly scope?: Scope;
}

/** Every page. */
export const PAGES: readonly PageEntry[] = [
  { path: "/", Page: OverviewPage, navigation: { label: "Overview", icon: "chart" } },
  { path: "/tasks", Page: TasksPage, navigation: { label: "Tasks", icon: "list" } },
  { path: "/tasks/:target", Page: TaskPage },
  { path: "/workflows", Page: WorkflowsPage, navigation: { label: "Workflows", icon: "graph" } },
  { path: "/workflows/:target", Page: WorkflowPage },
  { path: "/queues", Page: QueuesPage, navigation: { label: "Queues", icon: "queue" } },
  { path: "/schedules", Page: SchedulesPage, navigation: { label: "Schedules", icon: "calendar" } },
  { path: "/schedules/:target", Page: SchedulePage },
  {
    path: "/dead-letters",
    Page: DeadLettersPage,
    navigation: { label: "Dead letters", icon: "inbox" },
  },
  { path: "/methods", Page: MethodsPage, navigation: { label: "Methods", icon: "method" } },
  { path: "/methods/:target", Page: MethodPage },
  {
    path: "/system",
    Page: SystemPage,
    navigation: { label: "System", icon: "gear" },
    scope: "admin",
  },
];

/** Where one starts while nothing is at `/`. */
export const HOME = PAGES.find(({ navigation }) => navigation !== undefined)?.path ?? "/";
