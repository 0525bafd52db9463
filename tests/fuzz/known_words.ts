/** Words that mean something to the node, so that random requests come across each other. */
import type { Chance } from "./chance.ts";

const KNOWN_MAX = 200;
/** Not those that keep a processor busy, or wait for the network, for as long as a random number says. */
const METHODS = [
  ...["add", "remove", "noop", "fail", "sleep", "delete", "echo_string", "echo_bool"],
  ...["echo_bytes", "process_collection"],
];
const NUMBERS = [1, 2, 3, 4];

/** Ids of what was accepted, and names of what can be set. */
export class KnownWords {
  readonly #chance: Chance;
  readonly #queues: readonly string[];
  readonly #schedules: readonly string[];
  readonly #tasks: string[] = ["nobody"];
  readonly #workflows: string[] = ["nothing"];
  readonly #cursors: string[] = [];
  #made = 0;

  /** `of` begins the names of what can be set: what one front-end sets, the other leaves alone. */
  constructor(chance: Chance, of: string) {
    this.#chance = chance;
    this.#queues = NUMBERS.map((number) => `${of}-q${number}`);
    this.#schedules = NUMBERS.map((number) => `${of}-s${number}`);
  }

  addTask(id: string): void {
    remember(this.#tasks, id);
  }

  addWorkflow(id: string): void {
    remember(this.#workflows, id);
  }

  addCursor(cursor: unknown): void {
    if (typeof cursor === "string") remember(this.#cursors, cursor);
  }

  /** What may stand in the path of an operation. */
  target(path: string): string {
    const chance = this.#chance;
    if (path.includes("/queues/")) return chance.of(this.#queues);
    if (path.includes("/schedules/")) return chance.of(this.#schedules);
    return chance.of(path.includes("/workflows/") ? this.#workflows : this.#tasks);
  }

  /** What may stand in a field of that name; nothing where any value will do. */
  of(field: string): readonly unknown[] {
    switch (field) {
      case "id":
        return [`f-${++this.#made}`, this.#chance.of(this.#tasks)];
      case "ids":
      case "deps":
        return [[this.#chance.of(this.#tasks)], [this.#chance.of(this.#tasks), `f-${this.#made}`]];
      case "method":
        return METHODS;
      case "queue":
        return this.#queues;
      case "name":
        return this.#schedules;
      case "workflowId":
        return [this.#chance.of(this.#workflows)];
      case "key":
        return [`k-${++this.#made}`];
      case "cursor":
      case "after":
        return this.#cursors.length === 0 ? [] : [this.#chance.of(this.#cursors)];
      case "cron":
        return ["0 3 * * *", "*/5 * * * *", "0 0 1 1 *", "30 2 * * 7"];
      case "timezone":
        return ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata"];
      case "waitMs":
        return ["0", "5"];
      case "limit":
        return ["1", "20", "500"];
      case "label":
        return ["customer:acme", "k1:w-1"];
      case "delayMs":
        return [0, 20, 60_000];
      default:
        return [];
    }
  }
}

function remember(words: string[], word: string): void {
  words.push(word);
  if (words.length > KNOWN_MAX) words.shift();
}
