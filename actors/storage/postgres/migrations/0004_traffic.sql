-- How much came, began and ended in each stretch of 5 s, and how long it waited and ran; after some
-- minutes the stretches of a minute are one row, and after a day it goes. `period` counts stretches of 5 s
-- since the epoch. Times are counted by how long they were: up to 1 ms, 2 ms, 4 ms and so on. Each node
-- counts in rows of its own slot, so that nobody waits; what is looked at is their sum.
CREATE TABLE traffic (
  period bigint NOT NULL,
  slot integer NOT NULL,
  submitted bigint NOT NULL,
  started bigint NOT NULL,
  completed bigint NOT NULL,
  failed bigint NOT NULL,
  cancelled bigint NOT NULL,
  skipped bigint NOT NULL,
  wait_0 bigint NOT NULL, wait_1 bigint NOT NULL, wait_2 bigint NOT NULL,
  wait_3 bigint NOT NULL, wait_4 bigint NOT NULL, wait_5 bigint NOT NULL,
  wait_6 bigint NOT NULL, wait_7 bigint NOT NULL, wait_8 bigint NOT NULL,
  wait_9 bigint NOT NULL, wait_10 bigint NOT NULL, wait_11 bigint NOT NULL,
  wait_12 bigint NOT NULL, wait_13 bigint NOT NULL, wait_14 bigint NOT NULL,
  wait_15 bigint NOT NULL, wait_16 bigint NOT NULL, wait_17 bigint NOT NULL,
  wait_18 bigint NOT NULL, wait_19 bigint NOT NULL, wait_20 bigint NOT NULL,
  wait_21 bigint NOT NULL, wait_22 bigint NOT NULL, wait_23 bigint NOT NULL,
  wait_24 bigint NOT NULL, run_0 bigint NOT NULL, run_1 bigint NOT NULL,
  run_2 bigint NOT NULL, run_3 bigint NOT NULL, run_4 bigint NOT NULL,
  run_5 bigint NOT NULL, run_6 bigint NOT NULL, run_7 bigint NOT NULL,
  run_8 bigint NOT NULL, run_9 bigint NOT NULL, run_10 bigint NOT NULL,
  run_11 bigint NOT NULL, run_12 bigint NOT NULL, run_13 bigint NOT NULL,
  run_14 bigint NOT NULL, run_15 bigint NOT NULL, run_16 bigint NOT NULL,
  run_17 bigint NOT NULL, run_18 bigint NOT NULL, run_19 bigint NOT NULL,
  run_20 bigint NOT NULL, run_21 bigint NOT NULL, run_22 bigint NOT NULL,
  run_23 bigint NOT NULL, run_24 bigint NOT NULL,
  PRIMARY KEY (period, slot)
) WITH (fillfactor = 50);
