/** What variables are called that hold what nobody may read. */
const TELLING = /(KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?|_PAT|DSN)$|^(PGPASSWORD)$/i;

/** Values of an environment that a program may print and a report must not show. */
export function secretsOf(env: NodeJS.ProcessEnv): string[] {
  return Object.entries(env).flatMap(([name, value]) =>
    TELLING.test(name) && value !== undefined && value !== '' ? [value] : [],
  );
}
