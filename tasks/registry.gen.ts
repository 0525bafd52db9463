// Made by .ci/generate_registry.ts. Do not edit; run: deno run --allow-read --allow-write .ci/generate_registry.ts

import "./builtin/arguments_schema.ts";
import "./builtin/arithmetic.ts";
import "./builtin/collection.ts";
import "./builtin/echo.ts";
import "./builtin/fail.ts";
import "./builtin/http_request.ts";
import "./builtin/map_argument.ts";
import "./builtin/noop.ts";
import "./builtin/original_name.ts";
import "./builtin/pause.ts";
import "./builtin/shell_run.ts";
import "./builtin/sleep.ts";
import "./builtin/spin.ts";
