/** A database with a past: 100,000 tasks, of which 20,000 live, with all that belongs to them. */

/** Nums up to this one have ended. */
export const ENDED = 80_000;
export const TASKS = 100_000;

/** The time of the first task's creation; each is a second younger than the one before. */
export const FIRST_AT = 1_763_755_200_000;

const AT = `(${FIRST_AT} + n::bigint * 1000)`;

/** One of fifty ended tasks failed; live ones mostly wait, a few run, are due later, or are blocked. */
const STATUS =
  `CASE WHEN n <= ${ENDED} THEN CASE WHEN n % 50 = 7 THEN 'failed' ELSE 'completed' END ` +
  "WHEN n % 40 = 1 THEN 'running' WHEN n % 40 IN (2, 3) THEN 'scheduled' " +
  "WHEN n % 40 = 5 THEN 'blocked' ELSE 'pending' END";

const TASKS_SQL = "INSERT INTO tasks (num, ended, seq, status, reason, queue, method, pool, " +
  "workflow_num, concurrency_key, run, attempt, crashes, alone, dep_total, dep_succeeded, " +
  "dep_failed, dep_skipped, ready_order, ready_pool, ready_at, due_at, expires_at, created_at, " +
  "started_at, finished_at, discarded_at, node, executor, incarnation, unique_hash) " +
  `SELECT n, n <= ${ENDED}, n, status, CASE status WHEN 'failed' THEN 'timeout' END, ` +
  "'queue-' || n % 5, 'method-' || n % 20, 'async', CASE WHEN n % 10 = 0 THEN n / 100 END, " +
  "CASE WHEN n % 3 = 0 THEN 'key-' || n % 1000 END, 1, 1, 0, 0, CASE status WHEN 'blocked' THEN 1 " +
  `ELSE 0 END, 0, 0, 0, ${AT}, 'async', ${AT}, ${AT}, CASE WHEN n % 7 = 0 THEN ${AT} END, ${AT}, ` +
  `${AT}, CASE WHEN n <= ${ENDED} THEN ${AT} + 500 END, ` +
  "CASE WHEN status = 'failed' AND n % 100 = 7 THEN 1 END, 'n-' || n % 3, 'executor-' || n % 4, " +
  `'i-1', CASE WHEN n % 4 = 0 THEN 'hash-' || n % 20 END ` +
  `FROM (SELECT n, ${STATUS} AS status FROM generate_series(1, ${TASKS}) n) numbered`;

const SPEC = JSON.stringify({ deps: [], labels: { team: "web" }, contentHash: "h" });

/** Every ended task has run and logged; every second one has a child. */
const REST: readonly string[] = [
  "INSERT INTO task_inputs (num, id, dep_nums, labels, spec, args) SELECT n, 'task-' || n, " +
  `CASE WHEN n % 2 = 0 THEN ARRAY[n - 1]::bigint[] ELSE '{}' END, ARRAY['["team","web"]'], ` +
  `'${SPEC}', '[]' FROM generate_series(1, ${TASKS}) n`,
  `INSERT INTO task_outcomes SELECT n, NULL, '3' FROM generate_series(1, ${ENDED}) n`,
  `INSERT INTO edges SELECT n - 1, n FROM generate_series(2, ${TASKS}, 2) n`,
  "INSERT INTO runs SELECT n, 1, 1, 'n', 'e', 1, 2, 'completed', NULL " +
  `FROM generate_series(1, ${ENDED}) n`,
  `INSERT INTO logs SELECT n, 1, 1, 1, 'info', '{}' FROM generate_series(1, ${ENDED}) n`,
  "INSERT INTO workflows SELECT n, 'workflow-' || n, NULL, CASE WHEN n <= 800 THEN 'completed' " +
  `ELSE 'running' END, 'h', n, CASE WHEN n <= 800 THEN ${AT} END FROM generate_series(1, 20000) n`,
  "INSERT INTO workflow_counts SELECT n, 0, 0, 0, 0, 10, 0, 0, 0 FROM generate_series(1, 20000) n",
  "INSERT INTO idempotency SELECT 'key-' || n, 'h', 'task-' || n, n " +
  "FROM generate_series(1, 20000) n",
  `INSERT INTO tombstones (seq, id) SELECT ${TASKS} + n, 'gone-' || n FROM generate_series(1, 10000) n`,
  "INSERT INTO schedules SELECT 'schedule-' || n, '{}', 0, 0, NULL, 0, 0, 0, 0, NULL, NULL, 1, 1 " +
  "FROM generate_series(1, 100) n",
  "INSERT INTO schedule_ticks SELECT 'schedule-' || s, n, 'skipped', 1, NULL, NULL " +
  "FROM generate_series(1, 100) s CROSS JOIN generate_series(1, 500) n",
  "INSERT INTO depths SELECT 0, 'queue-' || n, 1, 1, 1, 1, 1, 1, 1, 1 FROM generate_series(0, 4) n",
  `SELECT setval('task_nums', ${TASKS}), setval('workflow_nums', 20000)`,
  "ANALYZE",
];

/** The statements that fill an empty schema. */
export const HISTORY: readonly string[] = [TASKS_SQL, ...REST];
