/** Tasks as a JSON file, page by page, within bounds. Pure but for `read`. */

/** What an export may be at most. */
export const EXPORT_LIMITS = { tasks: 100_000, bytes: 64 << 20 } as const;

/** A page of what is exported. */
interface ExportPage {
  readonly items: readonly unknown[];
  readonly nextCursor: string | null;
}

/** How to export. */
export interface ExportOptions {
  readonly read: (cursor: string | null) => Promise<ExportPage>;
  readonly onProgress?: (tasks: number) => void;
  readonly signal?: AbortSignal;
  readonly limits?: { readonly tasks: number; readonly bytes: number };
}

/** The text of the file in parts, and how much it holds. */
export interface Exported {
  readonly parts: readonly string[];
  readonly tasks: number;
  /** What it stopped at before the end of the list; null: it holds all. */
  readonly stoppedAt: "tasks" | "bytes" | null;
}

/** Reads all pages into a JSON list, one task a line. */
export async function exportTasks(options: ExportOptions): Promise<Exported> {
  const { read, onProgress, signal, limits = EXPORT_LIMITS } = options;
  const parts: string[] = [];
  let [tasks, bytes] = [0, 0];
  let cursor: string | null = null;
  do {
    const page: ExportPage = await read(cursor);
    signal?.throwIfAborted();
    for (const item of page.items) {
      const line = JSON.stringify(item);
      if (tasks >= limits.tasks) {
        return { parts: closed(parts), tasks, stoppedAt: "tasks" };
      }
      if (bytes + line.length > limits.bytes) {
        return { parts: closed(parts), tasks, stoppedAt: "bytes" };
      }
      parts.push(`${tasks === 0 ? "[\n" : ",\n"}${line}`);
      tasks++;
      bytes += line.length;
    }
    onProgress?.(tasks);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return { parts: closed(parts), tasks, stoppedAt: null };
}

function closed(parts: readonly string[]): readonly string[] {
  return parts.length === 0 ? ["[]\n"] : [...parts, "\n]\n"];
}
