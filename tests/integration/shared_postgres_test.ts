import { PostgresCluster } from "../support/postgres_cluster.ts";
import { startPostgres } from "../support/postgres_server.ts";
import { definition } from "../support/scheduler_rig.ts";
import { SHARED_CASES } from "../support/shared_cases.ts";
import { SharedRig } from "../support/shared_rig.ts";

const server = await startPostgres({ fsync: false });
Deno.test.afterAll(() => server.stop());

for (const { rule, methods = [["noop"], ["noop"]], check } of SHARED_CASES) {
  Deno.test(`schedulers that share PostgreSQL ${rule}`, async () => {
    const inits = methods.map((names) => ({
      definitions: names.map((name) => definition(name, "async")),
    }));
    await using rig = await SharedRig.open(await PostgresCluster.open({ server }), inits);
    await check(rig);
  });
}
