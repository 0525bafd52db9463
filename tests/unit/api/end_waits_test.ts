import assert from "node:assert/strict";
import { ok } from "../../../actors/domain/error.ts";
import { EndWaits } from "../../../api/end_waits.ts";
import { newTask } from "../../conformance/store_fixture.ts";

Deno.test("end waits last no longer because the clock was set back", async () => {
  const task = { ...newTask(1), seq: 1 };
  const looked = Promise.withResolvers<void>();
  const getTask = () => {
    looked.resolve();
    return Promise.resolve(ok(task));
  };
  const submit = () => Promise.resolve([ok({ created: true, task })]);
  const waits = new EndWaits({ getTask, submit, max: 1 });
  const realNow = Date.now;
  try {
    const wait = waits.awaitEnd(task.id, 50);
    await looked.promise;
    Date.now = () => realNow() - 3_600_000;
    waits.onEvents([{ kind: "EventsLost" }]);
    assert.ok((await wait).ok);
  } finally {
    Date.now = realNow;
  }
});
