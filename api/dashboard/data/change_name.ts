/** What can be done to many tasks at once. */
export type ChangeName = "cancel" | "retry" | "redrive" | "discard";
