import type { NodeNews } from "../protocol.ts";
import type { NewsChannel, NewsChannelOptions } from "../storage/port/news_channel.ts";
import { getLogger } from "../telemetry/logger.ts";
import type { StartTimer } from "./cluster_actor.ts";
import { LOOK_AT_EVERYTHING, mergeNews, NO_NEWS } from "./merge_news.ts";
import { decodeNews, encodeNews } from "./news_text.ts";

export interface NewsExchangeOptions {
  readonly node: string;
  /** Opens a channel; again after each that was lost. */
  readonly open: (options: NewsChannelOptions) => Promise<NewsChannel>;
  /** Hears what the others tell, and at times that anything may have happened. */
  readonly onNews: (news: NodeNews) => void;
  /** Milliseconds of a clock that nobody sets. */
  readonly monotonic: () => number;
  readonly startTimer: StartTimer;
}

/** News gather for so long after those before: a call a commit would cost more than it is worth. */
const GATHER_MS = 20;
/** From one look at whether the channel still carries anything to the next. */
const ECHO_MS = 10_000;
const REOPEN_MS = 1_000;

const log = getLogger("cluster");

/**
 * Tells the other nodes what this one has committed, and hears it of them. Where the channel is lost, or
 * silently carries nothing, another is opened, and everything is looked at once.
 */
export class NewsExchange {
  readonly #options: NewsExchangeOptions;
  #channel: NewsChannel | null = null;
  #opening: Promise<void> = Promise.resolve();
  #sending: Promise<void> | null = null;
  /** What is to be told next; null: nothing. */
  #pending: NodeNews | null = null;
  #nextSendAt = 0;
  #cancelSend = () => {};
  #cancelTimer = () => {};
  #hasCompany = false;
  /** False while an echo of this node's own is awaited. */
  #heardSelf = true;
  #failing = false;
  #stopped = false;

  constructor(options: NewsExchangeOptions) {
    this.#options = options;
  }

  /** Begins to listen. */
  start(): void {
    this.#opening = this.#open();
  }

  /** Has it told with the next call; without other nodes there is nobody to tell. */
  tell(news: NodeNews): void {
    if (!this.#hasCompany || this.#stopped) return;
    this.#pending = this.#pending === null ? news : mergeNews(this.#pending, news);
    this.#sendSoon();
  }

  /** There are other live nodes, or none. Those that come have missed what was not told before. */
  setCompany(hasCompany: boolean): void {
    const isNew = hasCompany && !this.#hasCompany;
    this.#hasCompany = hasCompany;
    if (isNew) this.tell(LOOK_AT_EVERYTHING);
  }

  /** Tells what is left to be told, and closes. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelTimer();
    this.#cancelSend();
    await this.#opening;
    await this.#sending;
    if (this.#pending !== null) await this.#send(this.#pending);
    await this.#channel?.close();
  }

  async #open(): Promise<void> {
    const { open, onNews } = this.#options;
    try {
      this.#channel = await open({ onText: (text) => this.#onText(text) });
      if (this.#failing) log.info("this node hears of the others again");
      this.#failing = false;
      this.#heardSelf = true;
      onNews(LOOK_AT_EVERYTHING);
      this.#later(ECHO_MS, () => this.#check());
      if (this.#pending !== null) this.#sendSoon();
    } catch (error) {
      this.#failed(error);
      this.#later(REOPEN_MS, () => this.#reopen());
    }
  }

  #reopen(): void {
    const old = this.#channel;
    this.#channel = null;
    this.#opening = Promise.resolve(old?.close()).then(() => this.#open());
  }

  /** Looks whether the channel still carries what is sent on it. */
  #check(): void {
    if (this.#channel === null || this.#channel.lost || !this.#heardSelf) {
      if (!this.#heardSelf) this.#failed(new Error("nothing is heard on the connection any more"));
      return this.#reopen();
    }
    this.#heardSelf = false;
    void this.#sendTexts(encodeNews(this.#options.node, NO_NEWS));
    this.#later(ECHO_MS, () => this.#check());
  }

  #onText(text: string): void {
    const { node, news } = decodeNews(text);
    if (node === this.#options.node) this.#heardSelf = true;
    else if (!this.#stopped) this.#options.onNews(news);
  }

  #sendSoon(): void {
    if (this.#sending !== null || this.#channel === null) return;
    this.#cancelSend();
    const waitMs = Math.max(0, this.#nextSendAt - this.#options.monotonic());
    if (waitMs === 0) return this.#sendNow();
    this.#cancelSend = this.#options.startTimer(() => this.#sendNow(), waitMs);
  }

  #sendNow(): void {
    const news = this.#pending;
    if (news === null || this.#sending !== null) return;
    this.#pending = null;
    this.#nextSendAt = this.#options.monotonic() + GATHER_MS;
    this.#sending = this.#send(news).then(() => {
      this.#sending = null;
      if (this.#pending !== null && !this.#stopped) this.#sendSoon();
    });
  }

  async #send(news: NodeNews): Promise<void> {
    await this.#sendTexts(encodeNews(this.#options.node, news));
  }

  /** What can't be sent is not sent later: the others look by themselves before it would be news. */
  async #sendTexts(texts: readonly string[]): Promise<void> {
    try {
      await this.#channel?.send(texts);
    } catch (error) {
      this.#failed(error);
      if (!this.#stopped && this.#channel?.lost === true) {
        this.#later(REOPEN_MS, () => this.#reopen());
      }
    }
  }

  #failed(error: unknown): void {
    const cause = error instanceof Error ? error.message : String(error);
    if (!this.#failing) {
      log.warn("this node and the others do not hear each other: {cause}", { cause });
    }
    this.#failing = true;
  }

  #later(ms: number, then: () => void): void {
    this.#cancelTimer();
    if (!this.#stopped) this.#cancelTimer = this.#options.startTimer(then, ms);
  }
}
