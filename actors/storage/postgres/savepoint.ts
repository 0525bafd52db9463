import type { Transaction } from "./transaction.ts";

/** Runs `work` so that, where it throws, neither its writes remain nor what was counted along with them. */
export async function underSavepoint<T>(
  { connection, counters }: Transaction,
  name: string,
  work: () => Promise<T>,
): Promise<T> {
  const counted = counters.save();
  await connection.run(`SAVEPOINT ${name}`);
  try {
    const value = await work();
    await connection.run(`RELEASE ${name}`);
    return value;
  } catch (error) {
    counters.restore(counted);
    await connection.exec(`ROLLBACK TO ${name}; RELEASE ${name}`);
    throw error;
  }
}
