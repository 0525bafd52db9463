import assert from "node:assert/strict";
import { CronExpression } from "../../../actors/domain/cron.ts";

function parse(text: string): CronExpression {
  const expression = CronExpression.parse(text);
  if (!expression.ok) throw new Error(expression.error.message);
  return expression.value;
}

/** The next wall-clock times after `after`, without the date's punctuation that UTC would suggest. */
function next(text: string, after: string, count: number): readonly string[] {
  const expression = parse(text);
  const times: string[] = [];
  for (let at = Date.parse(`${after}Z`); times.length < count;) {
    at = expression.next(at);
    times.push(new Date(at).toISOString().slice(0, 19));
  }
  return times;
}

Deno.test("cron takes five fields, or six with the seconds first", () => {
  assert.deepEqual(next("30 9 * * *", "2026-01-31T09:30:00", 2), [
    "2026-02-01T09:30:00",
    "2026-02-02T09:30:00",
  ]);
  assert.deepEqual(next("5,35 */30 23 * * *", "2026-01-31T23:30:04", 4), [
    "2026-01-31T23:30:05",
    "2026-01-31T23:30:35",
    "2026-02-01T23:00:05",
    "2026-02-01T23:00:35",
  ]);
});

Deno.test("cron matches either day field where both are set, both where one is *", () => {
  assert.deepEqual(next("0 0 13 * 5", "2026-02-01T00:00:00", 5), [
    "2026-02-06T00:00:00",
    "2026-02-13T00:00:00",
    "2026-02-20T00:00:00",
    "2026-02-27T00:00:00",
    "2026-03-06T00:00:00",
  ]);
  assert.deepEqual(next("0 0 13 * *", "2026-02-01T00:00:00", 2), [
    "2026-02-13T00:00:00",
    "2026-03-13T00:00:00",
  ]);
});

Deno.test("cron knows names, Sunday as 0 and 7, and the last days of months", () => {
  assert.deepEqual(next("0 0 * FEB,apr SUN", "2026-02-20T00:00:00", 2), [
    "2026-02-22T00:00:00",
    "2026-04-05T00:00:00",
  ]);
  assert.deepEqual(next("0 0 * * 7", "2026-02-20T00:00:00", 1), ["2026-02-22T00:00:00"]);
  assert.deepEqual(next("0 0 L * *", "2026-02-01T00:00:00", 2), [
    "2026-02-28T00:00:00",
    "2026-03-31T00:00:00",
  ]);
  assert.deepEqual(next("0 0 ? * 1#2", "2026-02-01T00:00:00", 1), ["2026-02-09T00:00:00"]);
});

Deno.test("cron finds leap days, also beyond a century without one", () => {
  assert.deepEqual(next("0 0 29 2 *", "2092-03-01T00:00:00", 3), [
    "2096-02-29T00:00:00",
    "2104-02-29T00:00:00",
    "2108-02-29T00:00:00",
  ]);
});

Deno.test("cron says where the hour is * to the letter", () => {
  assert.equal(parse("0 * * * *").everyHour, true);
  assert.equal(parse("0 0 * * * *").everyHour, true);
  assert.equal(parse("0 */1 * * *").everyHour, false);
  assert.equal(parse("0 0-23 * * *").everyHour, false);
});

Deno.test("cron refuses what it can't read, with the reason", () => {
  const faults: readonly (readonly [string, RegExp])[] = [
    ["", /it has 0 fields/],
    ["* * * *", /it has 4 fields/],
    ["0 0 * * * * 2027", /a year field is not taken/],
    ["@daily", /nicknames as @daily are not taken/],
    ["61 * * * *", /: 61 is no minute: that is 0 to 59;/],
    ["* 24 * * *", /: 24 is no hour: that is 0 to 23;/],
    ["* * 0 * *", /: 0 is no day of month: that is 1 to 31;/],
    ["* * 32W * *", /: 32 is no day of month: that is 1 to 31;/],
    ["* * * 13 *", /: 13 is no month: that is 1 to 12;/],
    ["* * * * 8", /: 8 is no day of week: that is 0 to 7;/],
    ["*/0 * * * *", /stepping/],
    ["5-1 * * * *", /larger/],
    ["x * * * *", /illegal|not a number/],
    ["0 0 1 * +MON", /a character that no field can have/],
    ["2026-01-01T00:00:00 * * * *", /a character that no field can have/],
    ["0 0 30 2 *", /no date ever matches it/],
    ["0 0 31 4,6,9,11 *", /no date ever matches it/],
    [`${"1,".repeat(200)}1 * * * *`, /longer than 200 characters/],
  ];
  for (const [text, fault] of faults) {
    const expression = CronExpression.parse(text);
    assert.ok(!expression.ok, text);
    assert.equal(expression.error.reason, "invalid_cron");
    assert.match(expression.error.message, fault, text);
    assert.match(expression.error.message, /it takes five fields/);
  }
});
