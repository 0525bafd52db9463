import assert from "node:assert/strict";
import {
  type Command,
  foundCommands,
  groupCommands,
  matchingCommands,
  pageCommands,
} from "../../../api/dashboard/shell/commands.ts";

const PAGES = pageCommands([
  { path: "/dead-letters", navigation: { label: "Dead letters", icon: "tray" } },
  { path: "/queues", navigation: { label: "Queues", icon: "queue" } },
  { path: "/tasks/:target" },
]);
const labels = (commands: readonly Command[]) => commands.map(({ label }) => label);

Deno.test("commands are found by the beginnings of their words, in any order", () => {
  assert.deepEqual(labels(matchingCommands(PAGES, "")), ["Dead letters", "Queues"]);
  assert.deepEqual(labels(matchingCommands(PAGES, "let dea")), ["Dead letters"]);
  assert.deepEqual(labels(matchingCommands(PAGES, "PAGE q")), ["Queues"]);
  assert.deepEqual(labels(matchingCommands(PAGES, "ueues")), []);
});

Deno.test("what was found leads where it is, whatever its name is", () => {
  const commands = foundCommands({
    tasks: [],
    workflows: [],
    queues: ["a/b"],
    methods: ["task_scheduler::add"],
  });
  const runs = commands.map(({ run }) => run);
  assert.deepEqual(runs, ["/tasks?queue=a%2Fb", "/methods/task_scheduler%3A%3Aadd"]);
  const groups = groupCommands([...PAGES, ...commands]).map(([group, of]) => [group, of.length]);
  assert.deepEqual(groups, [["Pages", 2], ["Queues", 1], ["Methods", 1]]);
});
