import { ImitatedCluster } from "../../support/imitated_cluster.ts";
import { definition } from "../../support/scheduler_rig.ts";
import { SHARED_CASES } from "../../support/shared_cases.ts";
import { SharedRig } from "../../support/shared_rig.ts";

for (const { rule, methods = [["noop"], ["noop"]], check } of SHARED_CASES) {
  Deno.test(`schedulers that share a store ${rule}`, async () => {
    const inits = methods.map((names) => ({
      definitions: names.map((name) => definition(name, "async")),
    }));
    await using rig = await SharedRig.open(await ImitatedCluster.open(Date.now), inits);
    await check(rig);
  });
}
