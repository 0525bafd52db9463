/** Messages that any component can leave; the shell shows them. */

/** A message. */
export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly kind: "done" | "problem";
}

const SHOWN_MS = 6_000;
const SHOWN_MAX = 4;

const listeners = new Set<() => void>();
let shown: readonly Toast[] = [];
let nextId = 1;

/** Says that something was done; a problem stays until it is dismissed. */
export function toast(text: string, kind: Toast["kind"] = "done"): void {
  const id = nextId++;
  change([...shown, { id, text, kind }].slice(-SHOWN_MAX));
  if (kind === "done") setTimeout(() => dismissToast(id), SHOWN_MS);
}

/** Takes a message away. */
export function dismissToast(id: number): void {
  change(shown.filter((one) => one.id !== id));
}

/** All that are shown. */
export function toasts(): readonly Toast[] {
  return shown;
}

/** Calls `listener` at each change; the answer ends it. */
export function subscribeToToasts(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function change(next: readonly Toast[]): void {
  shown = next;
  for (const listener of listeners) listener();
}
