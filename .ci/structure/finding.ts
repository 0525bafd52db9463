/** One thing that the structure check has to say. */
export interface Finding {
  readonly severity: "error" | "warning";
  readonly path: string;
  /** From 1; 0 for the file as a whole. */
  readonly line: number;
  readonly message: string;
}

/** `error actors/a.ts:12 …`: one line, clickable in an editor. */
export function formatFinding({ severity, path, line, message }: Finding): string {
  return `${severity} ${path}${line > 0 ? `:${line}` : ""} ${message}`;
}
