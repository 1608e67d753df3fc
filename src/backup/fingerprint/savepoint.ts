import type { Psql } from '../../postgres/psql.js';

/**
 * Does `work` inside a savepoint that is rolled back in any case, so that its locks are given back and an error of a
 * statement does not end the transaction.
 * @throws what `work` threw, even where the session has ended and the rollback fails too.
 */
export async function inSavepoint<T>(psql: Psql, name: string, work: () => Promise<T>): Promise<T> {
  const rollBack = (): Promise<void> =>
    psql.exec(`ROLLBACK TO SAVEPOINT ${name}`, `RELEASE SAVEPOINT ${name}`);
  await psql.exec(`SAVEPOINT ${name}`);
  let result: T;
  try {
    result = await work();
  } catch (error) {
    await rollBack().catch(() => undefined);
    throw error;
  }
  await rollBack();
  return result;
}
