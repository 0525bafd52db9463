/** Plays seeds one after the other in this isolate, each in a folder of its own. */
import { describeTasks } from "../../actors/executor/task_definitions.ts";
import {
  inspectDatabase,
  UnsoundDatabaseError,
} from "../../actors/storage/sqlite/database_check.ts";
import { openSqliteStore } from "../../actors/storage/sqlite/mod.ts";
import { databaseFile } from "../../actors/storage/sqlite/store.ts";
import { registeredTasks } from "../../tasks/sdk/task_registry.ts";
import { type Planned, planScenario } from "./scenario.ts";
import { shrink } from "./shrink.ts";
import "./sim_tasks.ts";
import { Simulation, type SimulationResult } from "./simulation.ts";

/** A seed with which something went wrong. */
export interface FailedSeed {
  readonly seed: number;
  readonly failure: string;
  /** What is left of the scenario when all is taken away that the failure does not need. */
  readonly scenario: readonly Planned[];
  /** What happened in that, line by line. */
  readonly story: readonly string[];
}

/** A folder in memory where there is one: nothing here has to outlive the process. */
const MEMORY = "/dev/shm";

/** Plays simulations; owns a folder with an empty, migrated database to begin each with. */
export class Player implements AsyncDisposable {
  readonly #root: string;
  readonly #definitions: Awaited<ReturnType<typeof describeTasks>>;
  #played = 0;

  private constructor(root: string, definitions: Awaited<ReturnType<typeof describeTasks>>) {
    this.#root = root;
    this.#definitions = definitions;
  }

  static async open(): Promise<Player> {
    const dir = await isFolder(MEMORY) ? { dir: MEMORY } : {};
    const root = await Deno.makeTempDir({ ...dir, prefix: "dtask-simulation-" });
    await (await openSqliteStore({ dataDir: `${root}/empty` })).close();
    const simulated = registeredTasks().filter(({ name }) => name.startsWith("sim."));
    return new Player(root, await describeTasks(simulated));
  }

  /** Plays the scenario of `seed`, or another one with its random numbers. */
  async play(
    seed: number,
    { scenario = planScenario(seed), tell }: {
      readonly scenario?: readonly Planned[];
      readonly tell?: (line: string) => void;
    } = {},
  ): Promise<SimulationResult> {
    const dataDir = `${this.#root}/${++this.#played}`;
    await Deno.mkdir(dataDir);
    await Deno.copyFile(databaseFile(`${this.#root}/empty`), databaseFile(dataDir));
    try {
      const definitions = this.#definitions;
      const options = { seed, scenario, definitions, dataDir };
      const result = await new Simulation(tell === undefined ? options : { ...options, tell })
        .run();
      return { ...result, failure: result.failure ?? damageIn(dataDir) };
    } finally {
      await Deno.remove(dataDir, { recursive: true });
    }
  }

  /** Plays a story; where it fails, finds the shortest one that still does, if that is wanted. */
  async examine(
    { seed, scenario: whole = planScenario(seed), shrinks }: {
      readonly seed: number;
      readonly scenario?: readonly Planned[];
      readonly shrinks: boolean;
    },
  ): Promise<{ readonly commits: number; readonly failed: FailedSeed | null }> {
    const { failure, commits } = await this.play(seed, { scenario: whole });
    if (failure === null) return { commits, failed: null };
    const fails = async (scenario: readonly Planned[]) =>
      (await this.play(seed, { scenario })).failure !== null;
    const scenario = shrinks ? await shrink(whole, fails) : whole;
    const story: string[] = [];
    if (shrinks) await this.play(seed, { scenario, tell: (line) => story.push(line) });
    return { commits, failed: { seed, failure, scenario, story } };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#root, { recursive: true });
  }
}

/** What contradicts itself in the database that a simulation left; null: nothing does. */
function damageIn(dataDir: string): string | null {
  try {
    inspectDatabase(databaseFile(dataDir));
    return null;
  } catch (error) {
    if (error instanceof UnsoundDatabaseError) return error.problems.join("; ");
    throw error;
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isDirectory;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
