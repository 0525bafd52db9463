/** The name under which actors reach the isolate of the system itself. */
export const SUPERVISOR = "supervisor";
