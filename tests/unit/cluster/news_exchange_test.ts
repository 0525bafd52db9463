import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { LOOK_AT_EVERYTHING, NO_NEWS } from "../../../actors/cluster/merge_news.ts";
import { NewsExchange } from "../../../actors/cluster/news_exchange.ts";
import { decodeNews, encodeNews } from "../../../actors/cluster/news_text.ts";
import type { NodeNews } from "../../../actors/protocol.ts";
import type { NewsChannel, NewsChannelOptions } from "../../../actors/storage/port/news_channel.ts";

/** A channel that keeps what is sent on it, and carries it back as long as it is not deaf. */
class FakeChannel implements NewsChannel {
  readonly sent: NodeNews[] = [];
  lost = false;
  deaf = false;
  closed = false;
  readonly #onText: (text: string) => void;

  constructor({ onText }: NewsChannelOptions) {
    this.#onText = onText;
  }

  send(texts: readonly string[]): Promise<void> {
    if (this.lost) return Promise.reject(new Error("the connection was lost"));
    this.sent.push(...texts.map((text) => decodeNews(text).news));
    if (!this.deaf) texts.forEach(this.#onText);
    return Promise.resolve();
  }

  hear(node: string, news: NodeNews): void {
    encodeNews(node, news).forEach(this.#onText);
  }

  close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }
}

/** An exchange of node `a` on a clock that the test moves. */
class Rig {
  now = 0;
  away = false;
  readonly channels: FakeChannel[] = [];
  readonly heard: NodeNews[] = [];
  readonly exchange: NewsExchange;
  readonly #timers = new Set<{ readonly at: number; readonly then: () => void }>();

  constructor() {
    this.exchange = new NewsExchange({
      node: "a",
      open: (options) => {
        if (this.away) return Promise.reject(new Error("no server"));
        const channel = new FakeChannel(options);
        this.channels.push(channel);
        return Promise.resolve(channel);
      },
      onNews: (news) => this.heard.push(news),
      monotonic: () => this.now,
      startTimer: (then, afterMs) => {
        const timer = { at: this.now + afterMs, then };
        this.#timers.add(timer);
        return () => this.#timers.delete(timer);
      },
    });
    this.exchange.start();
  }

  get channel(): FakeChannel {
    const channel = this.channels.at(-1);
    assert.ok(channel);
    return channel;
  }

  async advance(ms: number): Promise<void> {
    await settle();
    for (const until = this.now + ms;;) {
      const [next] = [...this.#timers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at);
      if (next === undefined) return void (this.now = until);
      this.#timers.delete(next);
      this.now = next.at;
      next.then();
      await settle();
    }
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await setImmediate();
}

const freed = (...queues: string[]): NodeNews => ({ ...NO_NEWS, freed: queues });

async function inCompany(): Promise<Rig> {
  const rig = new Rig();
  await settle();
  rig.exchange.setCompany(true);
  await rig.advance(20);
  rig.channel.sent.length = 0;
  return rig;
}

Deno.test("news are told at once, then gathered for the next call", async () => {
  const rig = await inCompany();
  rig.exchange.tell(freed("q"));
  await settle();
  assert.deepEqual(rig.channel.sent, [freed("q")]);
  rig.exchange.tell(freed("r"));
  rig.exchange.tell(freed("s"));
  await rig.advance(19);
  assert.equal(rig.channel.sent.length, 1);
  await rig.advance(1);
  assert.deepEqual(rig.channel.sent.slice(1), [freed("r", "s")]);
});

Deno.test("news are told nobody while the node is alone, and whoever comes is to look", async () => {
  const rig = new Rig();
  await settle();
  rig.exchange.tell(freed("q"));
  await rig.advance(100);
  assert.deepEqual(rig.channel.sent, []);
  rig.exchange.setCompany(true);
  await settle();
  assert.deepEqual(rig.channel.sent, [LOOK_AT_EVERYTHING]);
});

Deno.test("news of others are heard, the node's own are not", async () => {
  const rig = await inCompany();
  assert.deepEqual(rig.heard.splice(0), [LOOK_AT_EVERYTHING]);
  rig.exchange.tell(freed("mine"));
  rig.channel.hear("b", freed("theirs"));
  await settle();
  assert.deepEqual(rig.heard, [freed("theirs")]);
});

Deno.test("news: a lost channel is opened anew, and everything is looked at", async () => {
  const rig = await inCompany();
  rig.channel.lost = true;
  rig.away = true;
  rig.heard.length = 0;
  rig.exchange.tell(freed("q"));
  await rig.advance(3_000);
  rig.away = false;
  await rig.advance(1_000);
  assert.equal(rig.channels.length, 2);
  assert.deepEqual(rig.channels.map(({ closed }) => closed), [true, false]);
  assert.deepEqual(rig.heard, [LOOK_AT_EVERYTHING]);
});

Deno.test("news: a channel that silently carries nothing is opened anew", async () => {
  const rig = await inCompany();
  await rig.advance(60_000);
  assert.equal(rig.channels.length, 1);
  rig.channel.deaf = true;
  await rig.advance(20_000);
  assert.equal(rig.channels.length, 2);
  await rig.advance(60_000);
  assert.equal(rig.channels.length, 2);
});

Deno.test("news that wait are told before the node leaves", async () => {
  const rig = await inCompany();
  rig.exchange.tell(freed("q"));
  rig.exchange.tell(freed("r"));
  await rig.exchange.stop();
  assert.deepEqual(rig.channel.sent, [freed("q"), freed("r")]);
  assert.equal(rig.channel.closed, true);
  rig.exchange.tell(freed("s"));
  await rig.advance(60_000);
  assert.equal(rig.channel.sent.length, 2);
});
