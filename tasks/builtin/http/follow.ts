/** A request and the redirects that it is answered with, each of which is checked like the first. */
import { NonRetryableError } from "../../sdk/mod.ts";
import { resolveHost } from "./address_check.ts";
import { exchange, type ExchangeOptions, type HttpAnswer } from "./exchange.ts";

/** What is sent at first, and how far redirects are followed. */
export interface FollowOptions extends Omit<ExchangeOptions, "host"> {
  readonly redirects: number;
}

/** The answer, and the URL that gave it. */
export interface FollowedAnswer extends HttpAnswer {
  readonly url: URL;
}

const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];
/** Headers that say what is sent, and what is wanted: the only ones that another origin gets. */
const PASSED_ON: readonly string[] = ["accept", "accept-language", "content-type", "user-agent"];

/** @throws {NonRetryableError} when a redirect leads where it may not, or there are too many. */
export async function follow(options: FollowOptions): Promise<FollowedAnswer> {
  let current: FollowOptions = options;
  for (let followed = 0;; followed++) {
    const { url, signal } = current;
    const host = await resolveHost(url, signal);
    const answer = await exchange({ ...current, host });
    const location = answer.headers["location"];
    if (!REDIRECTS.includes(answer.status) || location === undefined || options.redirects === 0) {
      return { ...answer, url };
    }
    if (followed >= options.redirects) {
      throw new NonRetryableError(
        `it was redirected too often: ${options.redirects} redirects are followed`,
      );
    }
    current = redirected(current, answer.status, location);
  }
}

function redirected(options: FollowOptions, status: number, location: string): FollowOptions {
  const { url: from, method, headers } = options;
  const url = URL.parse(location, from);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new NonRetryableError("it was redirected to what is no http or https URL");
  }
  if (from.protocol === "https:" && url.protocol === "http:") {
    throw new NonRetryableError(`it was redirected from https to ${url.origin}, in the clear`);
  }
  url.username = "";
  url.password = "";
  const passed = url.origin === from.origin ? headers : only(headers, PASSED_ON);
  // As browsers do: what was posted is not posted a second time, unless the status says so.
  const asGet = status === 303 ? method !== "HEAD" : status <= 302 && method === "POST";
  if (!asGet) return { ...options, url, headers: passed };
  return { ...options, url, method: "GET", body: null, headers: without(passed, "content-type") };
}

function only(
  headers: Readonly<Record<string, string>>,
  names: readonly string[],
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => names.includes(name)));
}

function without(
  headers: Readonly<Record<string, string>>,
  name: string,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).filter(([other]) => other !== name));
}
