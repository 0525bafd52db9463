/** The name under which clients of the older service call the built-in task `name`. */
export function originalName(name: string): string {
  return `task_scheduler::tasks::builtin::${name}`;
}
