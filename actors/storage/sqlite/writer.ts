import type { StoreWriter } from "../port.ts";
import * as deadLetters from "./dead_letters.ts";
import * as deletion from "./deletion.ts";
import * as due from "./due.ts";
import * as edges from "./edges.ts";
import * as idempotency from "./idempotency.ts";
import * as logs from "./logs.ts";
import * as pools from "./pools.ts";
import * as queueRates from "./queue_rates.ts";
import * as queues from "./queues.ts";
import * as ready from "./ready.ts";
import * as retention from "./retention.ts";
import * as runs from "./runs.ts";
import * as schedules from "./schedules.ts";
import * as tasks from "./tasks.ts";
import * as traffic from "./traffic.ts";
import * as unique from "./unique.ts";
import * as workflows from "./workflows.ts";
import type { Transaction } from "./transaction.ts";

/** A verb's parameters, as the port has them. */
type Arguments<Verb extends keyof StoreWriter> = Parameters<StoreWriter[Verb]>;

/**
 * The verbs of one transaction. Each is a function of its subject's module; here they become
 * asynchronous, and refuse when the transaction has ended.
 */
export class SqliteWriter implements StoreWriter {
  readonly #tx: Transaction;
  #depth = 0;
  #ended = false;

  constructor(tx: Transaction) {
    this.#tx = tx;
  }

  /** Makes every later use of this writer fail: it was kept beyond its transaction. */
  end(): void {
    this.#ended = true;
  }

  now(): number {
    return this.#tx.now;
  }

  async savepoint<T>(work: () => Promise<T>): Promise<T> {
    const { connection, counters } = this.#tx;
    const name = `level_${this.#depth + 1}`;
    await this.#do(() => {
      counters.flush();
      connection.exec(`SAVEPOINT ${name}`);
    });
    this.#depth++;
    try {
      const value = await work();
      await this.#do(() => connection.exec(`RELEASE ${name}`));
      return value;
    } catch (error) {
      counters.rolledBack();
      await this.#do(() => connection.exec(`ROLLBACK TO ${name}; RELEASE ${name}`));
      throw error;
    } finally {
      this.#depth--;
    }
  }

  allocateNums(...[kind, count]: Arguments<"allocateNums">): Promise<number> {
    return this.#do(() => this.#tx.counters.allocate(kind, count));
  }

  loadQueues(): ReturnType<StoreWriter["loadQueues"]> {
    return this.#do(() => queues.readQueues(this.#tx.connection));
  }

  queueNames(): ReturnType<StoreWriter["queueNames"]> {
    return this.#do(() => queues.queueNames(this.#tx));
  }

  findTasks(...args: Arguments<"findTasks">): ReturnType<StoreWriter["findTasks"]> {
    return this.#do(() => tasks.findTasks(this.#tx, ...args));
  }

  loadTasks(...args: Arguments<"loadTasks">): ReturnType<StoreWriter["loadTasks"]> {
    return this.#do(() => tasks.loadTasks(this.#tx, ...args));
  }

  loadResults(...args: Arguments<"loadResults">): ReturnType<StoreWriter["loadResults"]> {
    return this.#do(() => tasks.loadResults(this.#tx, ...args));
  }

  findWorkflows(...args: Arguments<"findWorkflows">): ReturnType<StoreWriter["findWorkflows"]> {
    return this.#do(() => workflows.findWorkflows(this.#tx, ...args));
  }

  loadWorkflows(...args: Arguments<"loadWorkflows">): ReturnType<StoreWriter["loadWorkflows"]> {
    return this.#do(() => workflows.loadWorkflows(this.#tx, ...args));
  }

  tasksOfWorkflow(
    ...args: Arguments<"tasksOfWorkflow">
  ): ReturnType<StoreWriter["tasksOfWorkflow"]> {
    return this.#do(() => workflows.tasksOfWorkflow(this.#tx, ...args));
  }

  findIdempotencyKeys(
    ...args: Arguments<"findIdempotencyKeys">
  ): ReturnType<StoreWriter["findIdempotencyKeys"]> {
    return this.#do(() => idempotency.findIdempotencyKeys(this.#tx, ...args));
  }

  insertIdempotencyKeys(
    ...args: Arguments<"insertIdempotencyKeys">
  ): ReturnType<StoreWriter["insertIdempotencyKeys"]> {
    return this.#do(() => idempotency.insertIdempotencyKeys(this.#tx, ...args));
  }

  insertWorkflows(
    ...args: Arguments<"insertWorkflows">
  ): ReturnType<StoreWriter["insertWorkflows"]> {
    return this.#do(() => workflows.insertWorkflows(this.#tx, ...args));
  }

  insertTasks(...args: Arguments<"insertTasks">): ReturnType<StoreWriter["insertTasks"]> {
    return this.#do(() => tasks.insertTasks(this.#tx, ...args));
  }

  updateTasks(...args: Arguments<"updateTasks">): ReturnType<StoreWriter["updateTasks"]> {
    return this.#do(() => tasks.updateTasks(this.#tx, ...args));
  }

  finishWorkflows(
    ...args: Arguments<"finishWorkflows">
  ): ReturnType<StoreWriter["finishWorkflows"]> {
    return this.#do(() => workflows.finishWorkflows(this.#tx, ...args));
  }

  dependentsOf(...args: Arguments<"dependentsOf">): ReturnType<StoreWriter["dependentsOf"]> {
    return this.#do(() => edges.dependentsOf(this.#tx, ...args));
  }

  dependenciesOf(...args: Arguments<"dependenciesOf">): ReturnType<StoreWriter["dependenciesOf"]> {
    return this.#do(() => edges.dependenciesOf(this.#tx, ...args));
  }

  selectReady(...args: Arguments<"selectReady">): ReturnType<StoreWriter["selectReady"]> {
    return this.#do(() => ready.selectReady(this.#tx, ...args));
  }

  selectDue(...args: Arguments<"selectDue">): ReturnType<StoreWriter["selectDue"]> {
    return this.#do(() => due.selectDue(this.#tx, ...args));
  }

  selectExpired(...args: Arguments<"selectExpired">): ReturnType<StoreWriter["selectExpired"]> {
    return this.#do(() => due.selectExpired(this.#tx, ...args));
  }

  selectRunning(...args: Arguments<"selectRunning">): ReturnType<StoreWriter["selectRunning"]> {
    return this.#do(() => due.selectRunning(this.#tx, ...args));
  }

  nextWakeAt(): ReturnType<StoreWriter["nextWakeAt"]> {
    return this.#do(() => due.nextWakeAt(this.#tx));
  }

  readyWork(): ReturnType<StoreWriter["readyWork"]> {
    return this.#do(() => ready.readyWork(this.#tx));
  }

  countRunning(...args: Arguments<"countRunning">): ReturnType<StoreWriter["countRunning"]> {
    return this.#do(() => ready.countRunning(this.#tx, ...args));
  }

  setReadyPools(...args: Arguments<"setReadyPools">): ReturnType<StoreWriter["setReadyPools"]> {
    return this.#do(() => pools.setReadyPools(this.#tx, ...args));
  }

  setPools(...args: Arguments<"setPools">): ReturnType<StoreWriter["setPools"]> {
    return this.#do(() => pools.setPools(this.#tx, ...args));
  }

  deadLetterHorizon(): ReturnType<StoreWriter["deadLetterHorizon"]> {
    return this.#do(() => this.#tx.counters.horizon());
  }

  selectDeadLetters(
    ...args: Arguments<"selectDeadLetters">
  ): ReturnType<StoreWriter["selectDeadLetters"]> {
    return this.#do(() => deadLetters.selectDeadLetters(this.#tx, ...args));
  }

  findUnique(...args: Arguments<"findUnique">): ReturnType<StoreWriter["findUnique"]> {
    return this.#do(() => unique.findUnique(this.#tx, ...args));
  }

  insertRuns(...args: Arguments<"insertRuns">): ReturnType<StoreWriter["insertRuns"]> {
    return this.#do(() => runs.insertRuns(this.#tx, ...args));
  }

  finishRuns(...args: Arguments<"finishRuns">): ReturnType<StoreWriter["finishRuns"]> {
    return this.#do(() => runs.finishRuns(this.#tx, ...args));
  }

  appendLogs(...args: Arguments<"appendLogs">): ReturnType<StoreWriter["appendLogs"]> {
    return this.#do(() => logs.appendLogs(this.#tx, ...args));
  }

  setProgress(...args: Arguments<"setProgress">): ReturnType<StoreWriter["setProgress"]> {
    return this.#do(() => tasks.setProgress(this.#tx, ...args));
  }

  /** There is one node, and nobody to take over from it. */
  assertLeading(): Promise<void> {
    return this.#do(() => {});
  }

  nodesToReclaim(): Promise<readonly string[]> {
    return this.#do(() => []);
  }

  markReclaimed(): Promise<void> {
    return this.#do(() => {});
  }

  lockQueues(...[names]: Arguments<"lockQueues">): ReturnType<StoreWriter["lockQueues"]> {
    return this.#do(() => queues.findQueues(this.#tx, names));
  }

  saveQueue(...args: Arguments<"saveQueue">): ReturnType<StoreWriter["saveQueue"]> {
    return this.#do(() => queues.saveQueue(this.#tx, ...args));
  }

  loadQueueRates(...args: Arguments<"loadQueueRates">): ReturnType<StoreWriter["loadQueueRates"]> {
    return this.#do(() => queueRates.loadQueueRates(this.#tx, ...args));
  }

  saveQueueRates(...args: Arguments<"saveQueueRates">): ReturnType<StoreWriter["saveQueueRates"]> {
    return this.#do(() => queueRates.saveQueueRates(this.#tx, ...args));
  }

  deleteQueueRate(
    ...args: Arguments<"deleteQueueRate">
  ): ReturnType<StoreWriter["deleteQueueRate"]> {
    return this.#do(() => queueRates.deleteQueueRate(this.#tx, ...args));
  }

  selectEnded(...args: Arguments<"selectEnded">): ReturnType<StoreWriter["selectEnded"]> {
    return this.#do(() => retention.selectEnded(this.#tx, ...args));
  }

  liveWorkflows(...args: Arguments<"liveWorkflows">): ReturnType<StoreWriter["liveWorkflows"]> {
    return this.#do(() => retention.liveWorkflows(this.#tx, ...args));
  }

  withLiveDependents(
    ...args: Arguments<"withLiveDependents">
  ): ReturnType<StoreWriter["withLiveDependents"]> {
    return this.#do(() => retention.withLiveDependents(this.#tx, ...args));
  }

  deleteTasks(...args: Arguments<"deleteTasks">): ReturnType<StoreWriter["deleteTasks"]> {
    return this.#do(() => deletion.deleteTasks(this.#tx, ...args));
  }

  deleteWorkflows(
    ...args: Arguments<"deleteWorkflows">
  ): ReturnType<StoreWriter["deleteWorkflows"]> {
    return this.#do(() => deletion.deleteWorkflows(this.#tx, ...args));
  }

  deleteExpiredKeys(
    ...args: Arguments<"deleteExpiredKeys">
  ): ReturnType<StoreWriter["deleteExpiredKeys"]> {
    return this.#do(() => idempotency.deleteExpiredKeys(this.#tx, ...args));
  }

  nextKeyExpiry(): ReturnType<StoreWriter["nextKeyExpiry"]> {
    return this.#do(() => idempotency.nextKeyExpiry(this.#tx));
  }

  loadSchedules(): ReturnType<StoreWriter["loadSchedules"]> {
    return this.#do(() => schedules.readSchedules(this.#tx.connection));
  }

  findSchedules(...args: Arguments<"findSchedules">): ReturnType<StoreWriter["findSchedules"]> {
    return this.#do(() => schedules.findSchedules(this.#tx, ...args));
  }

  saveSchedule(...args: Arguments<"saveSchedule">): ReturnType<StoreWriter["saveSchedule"]> {
    return this.#do(() => schedules.saveSchedule(this.#tx, ...args));
  }

  advanceSchedule(
    ...args: Arguments<"advanceSchedule">
  ): ReturnType<StoreWriter["advanceSchedule"]> {
    return this.#do(() => schedules.advanceSchedule(this.#tx, ...args));
  }

  deleteSchedule(...args: Arguments<"deleteSchedule">): ReturnType<StoreWriter["deleteSchedule"]> {
    return this.#do(() => schedules.deleteSchedule(this.#tx, ...args));
  }

  decidedTicks(...args: Arguments<"decidedTicks">): ReturnType<StoreWriter["decidedTicks"]> {
    return this.#do(() => schedules.decidedTicks(this.#tx, ...args));
  }

  insertTicks(...args: Arguments<"insertTicks">): ReturnType<StoreWriter["insertTicks"]> {
    return this.#do(() => schedules.insertTicks(this.#tx, ...args));
  }

  countTraffic(...args: Arguments<"countTraffic">): ReturnType<StoreWriter["countTraffic"]> {
    return this.#do(() => traffic.countTraffic(this.#tx, ...args));
  }

  foldTraffic(...args: Arguments<"foldTraffic">): ReturnType<StoreWriter["foldTraffic"]> {
    return this.#do(() => traffic.foldTraffic(this.#tx, ...args));
  }

  /** Runs a synchronous verb so that its error is a rejection. */
  #do<T>(verb: () => T): Promise<T> {
    return Promise.try(() => {
      if (this.#ended) throw new Error("a store's writer was used after its transaction");
      return verb();
    });
  }
}
