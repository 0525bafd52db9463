import assert from "node:assert/strict";
import {
  databaseAddress,
  parseDatabaseUrl,
  shownDatabaseUrl,
} from "../../../actors/config_database.ts";

Deno.test("a database's URL has one host and is PostgreSQL's", () => {
  for (const good of ["postgresql://u:p@h:5/x?sslmode=require", "postgres://u@[::1]/x"]) {
    assert.equal(parseDatabaseUrl(good), good);
  }
  for (
    const bad of ["", "h", "http://u@h/x", "postgres:///x", "postgres:x", "postgres://u@h:99999/x"]
  ) {
    assert.equal(parseDatabaseUrl(bad), undefined, bad);
  }
  for (const short of ["postgres://h/x", "postgres://u@h", "postgres://u@h/"]) {
    assert.equal(parseDatabaseUrl(short), undefined, "user and database have to be named");
  }
  assert.equal(parseDatabaseUrl("postgres://u@h1:1,h2:2/x"), undefined);
});

Deno.test("a database's URL says where it listens", () => {
  assert.deepEqual(databaseAddress("postgres://u:p@db.example/x"), {
    host: "db.example",
    port: 5432,
  });
  assert.deepEqual(databaseAddress("postgres://[::1]:7/x"), { host: "::1", port: 7 });
});

Deno.test("a database's URL is shown without user, password and options", () => {
  assert.equal(shownDatabaseUrl("postgres://u:p@h:5/x?password=p"), "postgres://h:5/x");
  assert.equal(shownDatabaseUrl("postgresql://u@h"), "postgres://h");
});
