-- How much came, began and ended in each stretch of 5 s, and how long it waited and ran; after some
-- minutes the stretches of a minute are one row, and after a day it goes. `period` counts stretches of 5 s
-- since the epoch. Times are counted by how long they were: up to 1 ms, 2 ms, 4 ms and so on.
CREATE TABLE traffic (
  period INTEGER PRIMARY KEY,
  submitted INTEGER NOT NULL,
  started INTEGER NOT NULL,
  completed INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  cancelled INTEGER NOT NULL,
  skipped INTEGER NOT NULL,
  wait_0 INTEGER NOT NULL, wait_1 INTEGER NOT NULL, wait_2 INTEGER NOT NULL,
  wait_3 INTEGER NOT NULL, wait_4 INTEGER NOT NULL, wait_5 INTEGER NOT NULL,
  wait_6 INTEGER NOT NULL, wait_7 INTEGER NOT NULL, wait_8 INTEGER NOT NULL,
  wait_9 INTEGER NOT NULL, wait_10 INTEGER NOT NULL, wait_11 INTEGER NOT NULL,
  wait_12 INTEGER NOT NULL, wait_13 INTEGER NOT NULL, wait_14 INTEGER NOT NULL,
  wait_15 INTEGER NOT NULL, wait_16 INTEGER NOT NULL, wait_17 INTEGER NOT NULL,
  wait_18 INTEGER NOT NULL, wait_19 INTEGER NOT NULL, wait_20 INTEGER NOT NULL,
  wait_21 INTEGER NOT NULL, wait_22 INTEGER NOT NULL, wait_23 INTEGER NOT NULL,
  wait_24 INTEGER NOT NULL, run_0 INTEGER NOT NULL, run_1 INTEGER NOT NULL,
  run_2 INTEGER NOT NULL, run_3 INTEGER NOT NULL, run_4 INTEGER NOT NULL,
  run_5 INTEGER NOT NULL, run_6 INTEGER NOT NULL, run_7 INTEGER NOT NULL,
  run_8 INTEGER NOT NULL, run_9 INTEGER NOT NULL, run_10 INTEGER NOT NULL,
  run_11 INTEGER NOT NULL, run_12 INTEGER NOT NULL, run_13 INTEGER NOT NULL,
  run_14 INTEGER NOT NULL, run_15 INTEGER NOT NULL, run_16 INTEGER NOT NULL,
  run_17 INTEGER NOT NULL, run_18 INTEGER NOT NULL, run_19 INTEGER NOT NULL,
  run_20 INTEGER NOT NULL, run_21 INTEGER NOT NULL, run_22 INTEGER NOT NULL,
  run_23 INTEGER NOT NULL, run_24 INTEGER NOT NULL
) STRICT;
