/** What task code wrote down while it ran. */
import { join } from "node:path";
import type { CodeMoment } from "./history.ts";

const TASKS = new URL("./chaos_tasks.ts", import.meta.url).href;

/** Starts and ends of code, in the order in which each process wrote them. */
export interface CodeMoments {
  readonly starts: readonly CodeMoment[];
  readonly ends: readonly CodeMoment[];
}

/** A folder into which the tasks of `chaos_tasks.ts` write. Leaving its scope removes it. */
export class Journal implements AsyncDisposable {
  /** What `--tasks` takes. */
  readonly module: string;
  readonly #folder: string;
  readonly #lines: string;

  private constructor(folder: string) {
    this.#folder = folder;
    this.#lines = join(folder, "lines");
    this.module = join(folder, "chaos_tasks.ts");
  }

  static async create(): Promise<Journal> {
    const journal = new Journal(await Deno.makeTempDir({ prefix: "dtask-journal-" }));
    await Deno.mkdir(journal.#lines);
    const [tasks, lines] = [TASKS, journal.#lines].map((text) => JSON.stringify(text));
    const code = `import { defineChaosTasks } from ${tasks};\ndefineChaosTasks(${lines});\n`;
    await Deno.writeTextFile(journal.module, code);
    return journal;
  }

  /** All that was written so far. A line that a killed process left half is not there. */
  async read(): Promise<CodeMoments> {
    const moments: Record<string, CodeMoment[]> = { start: [], end: [] };
    for await (const { name } of Deno.readDir(this.#lines)) {
      const text = await Deno.readTextFile(join(this.#lines, name));
      for (const line of text.slice(0, text.lastIndexOf("\n") + 1).split("\n")) {
        const [what = "", at, run, task = ""] = line.split(" ");
        moments[what]?.push({ task, run: Number(run), pid: Number(name), at: Number(at) });
      }
    }
    return { starts: moments["start"] ?? [], ends: moments["end"] ?? [] };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#folder, { recursive: true });
  }
}
