import assert from "node:assert/strict";
import { argumentValue } from "../../../api/cli/argument_value.ts";
import { LiveLine } from "../../../api/cli/live_line.ts";
import { printable, printableLine } from "../../../api/cli/printable.ts";
import { formatPairs, formatTable } from "../../../api/cli/table.ts";
import { durationText, relativeTime } from "../../../api/cli/time_text.ts";
import { ADDRESS, DURATION_MS, isLoopback, LABEL } from "../../../api/cli/value_kind.ts";

const plain = (_style: string, text: string) => text;

Deno.test("argument value is JSON where it parses and the text elsewhere", () => {
  const values: readonly (readonly [text: string, value: unknown])[] = [
    ["1", 1],
    ["-1.5e3", -1500],
    ["true", true],
    ["null", null],
    ["hello", "hello"],
    ["", ""],
    ['"1"', "1"],
    ["[1,{}]", [1, {}]],
    ["{oops", "{oops"],
    ["01", "01"],
    ["9007199254740991", 9007199254740991],
    ["9007199254740992", { $int64: "9007199254740992" }],
    ["-9223372036854775808", { $int64: "-9223372036854775808" }],
    ["[18446744073709551615]", [{ $int64: "18446744073709551615" }]],
    ["12345678901234567890.5", 12345678901234567000],
    ["1e400", { $double: "Infinity" }],
  ];
  for (const [text, value] of values) assert.deepEqual(argumentValue(text), value, text);
});

Deno.test("argument value refuses whole numbers of more than 64 bits", () => {
  assert.throws(() => argumentValue("18446744073709551616"), /does not fit 64 bits/);
  assert.throws(() => argumentValue("[-9223372036854775809]"), /does not fit 64 bits/);
});

Deno.test("durations are read with their unit, or in seconds", () => {
  const texts = ["500ms", "3", "1.5s", "30m", "1h", "7d", "", "-1s", "1w", "1 h", "h"];
  assert.deepEqual(
    texts.map((text) => DURATION_MS.parse(text)),
    [500, 3_000, 1_500, 1_800_000, 3_600_000, 604_800_000, ...Array(5).fill(undefined)],
  );
});

Deno.test("addresses need a host and a port", () => {
  assert.deepEqual(ADDRESS.parse("[2001:db8::1]:0"), { host: "2001:db8::1", port: 0 });
  for (const text of ["", ":80", "a:", "a:b", "a:65536", "[]:1", "http://a:1", "a b:1"]) {
    assert.equal(ADDRESS.parse(text), undefined, text);
  }
});

Deno.test("loopback is what only this machine reaches", () => {
  const hosts = ["127.0.0.1", "127.9.9.9", "::1", "localhost", "0.0.0.0", "::", "127.0.0.1.nip.io"];
  assert.deepEqual(hosts.map(isLoopback), [true, true, true, true, false, false, false]);
});

Deno.test("labels are cut at the first equals sign", () => {
  assert.deepEqual(LABEL.parse("a=b=c"), ["a", "b=c"]);
  assert.deepEqual(LABEL.parse("a="), ["a", ""]);
  assert.equal(LABEL.parse("=b"), undefined);
  assert.equal(LABEL.parse("a"), undefined);
});

Deno.test("duration text has two units where one is coarse", () => {
  const ms = [0, 420, 3_260, 59_990, 125_000, 11_400_000, 353_000_000];
  assert.deepEqual(ms.map(durationText), [
    "0ms",
    "420ms",
    "3.2s",
    "59.9s",
    "2m 05s",
    "3h 10m",
    "4d 2h",
  ]);
});

Deno.test("relative time tells the past from the future", () => {
  const now = Date.parse("2026-11-21T20:00:00.000Z");
  const times = [
    "2026-11-21T19:59:57.000Z",
    "2026-11-21T20:00:00.400Z",
    "2026-11-21T20:05:00.000Z",
    "2026-11-19T19:00:00.000Z",
    null,
  ];
  assert.deepEqual(times.map((time) => relativeTime(time, now)), [
    "3s ago",
    "now",
    "in 5m",
    "2d ago",
    "-",
  ]);
});

Deno.test("printable text shows control characters instead of obeying them", () => {
  assert.equal(printable("a\u001b[2Jb\u009b\n\tc\r"), "a\\x1b[2Jb\\x9b\n\tc\\x0d");
  assert.equal(printableLine("one\n  two 🎉🎉🎉", 9), "one two …");
});

Deno.test("table columns are as wide as their widest cell", () => {
  const table = formatTable({
    head: ["NAME", "N"],
    right: [1],
    rows: [["ä", "10"], [{ text: "longer", style: "red" }, "7"]],
    paint: plain,
  });
  assert.equal(table, "NAME     N\nä       10\nlonger   7\n");
  assert.equal(formatPairs([["a", "1\n2"], ["long", "3"]], plain), "a     1\n      2\nlong  3\n");
});

Deno.test("live line is drawn over on a terminal and cut to its width", () => {
  let written = "";
  let now = 0;
  const line = new LiveLine({
    stderr: (text) => void (written += text),
    columns: () => 6,
    now: () => now,
  });
  line.show("\x1b[32mabcdefgh\x1b[0m");
  line.show("too soon");
  now = 1_000;
  line.show("next");
  line.finish("last");
  assert.equal(written, "\r\x1b[K\x1b[32mabcde\x1b[0m\r\x1b[Knext\r\x1b[Klast\n");
});

Deno.test("live line is a plain line now and then for other readers", () => {
  let written = "";
  let now = 0;
  const line = new LiveLine({
    stderr: (text) => void (written += text),
    columns: () => null,
    now: () => now,
  });
  for (const text of ["one", "two", "three"]) {
    line.show(text);
    now += 600;
  }
  now -= 600;
  line.show("a step", { isStep: true });
  line.finish("a step");
  line.clear();
  assert.equal(written, "one\nthree\na step\n");
});
