/** The path of a task, or of an action on it. */
export function taskPath(id: string, action = ""): string {
  return `/api/tasks/${encodeURIComponent(id)}${action}`;
}

/** The path of a workflow, or of an action on it. */
export function workflowPath(id: string, action = ""): string {
  return `/api/workflows/${encodeURIComponent(id)}${action}`;
}

/** The path of a queue, or of an action on it. */
export function queuePath(name: string, action = ""): string {
  return `/api/queues/${encodeURIComponent(name)}${action}`;
}

/** The path of a schedule, or of an action on it. */
export function schedulePath(name: string, action = ""): string {
  return `/api/schedules/${encodeURIComponent(name)}${action}`;
}
