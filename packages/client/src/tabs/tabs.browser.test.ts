import type { CDPSession, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test } from "vitest";
import type { SyncState, SyncStatus } from "../status/sync-status.ts";
import { type FixtureSite, serveFixture } from "../testing/fixture/serve.ts";
import { testId, testToken } from "../testing/ids.ts";
import { type PlainChromium, startPlainChromium } from "../testing/plain-chromium.ts";

// Several pages of one browser and a fake server that counts its sockets.

const organization = testId(900);
const id = testId(1);
/** Target for the replacement of a leader that stopped, milliseconds, on a machine without other load. */
const replacedWithinMs = 5_000;

let site: FixtureSite;
let chromium: PlainChromium;
/** Every test has its own user, so that it does not find rows or tabs of an earlier test. */
let person = 0;

beforeAll(async () => {
  site = await serveFixture();
  chromium = await startPlainChromium(inject("chromiumPath") ?? "chromium");
});
afterAll(async () => {
  await chromium?.[Symbol.asyncDispose]();
  await site?.close();
});
beforeEach(() => {
  person += 1;
  site.server.write("task", id, { name: "first" }, [organization]);
});
afterEach(async () => {
  site.setReachable(true);
  for (const page of chromium.context.pages()) if (page.url() !== "about:blank") await page.close();
  await expect.poll(openSockets).toBe(0);
});

function addressOf(user: number): string {
  return `${site.url}/?${new URLSearchParams({ user: `tabs-${user}`, id, token: testToken(organization, user) })}`;
}

async function openTab(user = person): Promise<Page> {
  const page = await chromium.context.newPage();
  await page.goto(addressOf(user));
  return page;
}

async function shows(page: Page, selector: string, expected: string): Promise<void> {
  await expect.poll(() => page.locator(selector).innerText(), { interval: 20 }).toBe(expected);
}

async function becomesLive(page: Page, role: "leads" | "follows"): Promise<void> {
  await shows(page, "#role", role);
  await shows(page, "#status", "connected indexeddb");
  await shows(page, "#list-status", "ready fresh");
}

function openSockets(): number {
  return site.server.sockets.filter(({ open }) => open).length;
}

/** Another user writes the row; all pages show it. */
async function followsTheServer(pages: readonly Page[], name: string): Promise<void> {
  site.server.write("task", id, { name });
  for (const page of pages) await shows(page, "#one", `ready ${name}`);
}

async function leaderAndFollower(): Promise<[Page, Page]> {
  const leader = await openTab();
  await becomesLive(leader, "leads");
  const follower = await openTab();
  await becomesLive(follower, "follows");
  return [leader, follower];
}

/** Waits until all tabs report the same status, with the given values. */
async function saysTheSame(pages: readonly Page[], wanted: { size: number; state?: SyncState }): Promise<void> {
  const reported = async () => {
    const all = pages.map((page) =>
      page.evaluate(() => {
        const { syncStatus } = globalThis as unknown as { syncStatus: SyncStatus };
        const { state, storage, attention, stuck, outbox } = syncStatus;
        return { state, storage, attention, stuck, size: outbox.size, oldest: outbox.oldest };
      }),
    );
    const [first, ...others] = await Promise.all(all);
    return { ...first, same: others.every((other) => JSON.stringify(other) === JSON.stringify(first)) };
  };
  await expect.poll(reported).toMatchObject({ ...wanted, same: true });
}

/** Waits until the follower leads, and checks how long that took. */
async function replaces(follower: Page, what: string): Promise<void> {
  const since = performance.now();
  await becomesLive(follower, "leads");
  const tookMs = performance.now() - since;
  process.stdout.write(`A ${what} leader was replaced after ${Math.round(tookMs)} ms.\n`);
  // A busy machine slows down both tabs, so the limit is higher than the target.
  expect(tookMs).toBeLessThan(3 * replacedWithinMs);
}

async function devtools(page: Page): Promise<CDPSession> {
  return chromium.context.newCDPSession(page);
}

test("five tabs share one socket, show the same and fetch a change once", async () => {
  const pages: Page[] = [];
  for (let n = 0; n < 5; n += 1) {
    const page = await openTab();
    pages.push(page);
    await becomesLive(page, n === 0 ? "leads" : "follows");
  }
  expect(openSockets()).toBe(1);
  const before = site.requests.length;
  await followsTheServer(pages, "second");
  const reads = site.requests.slice(before).filter((path) => path.includes(`ids=${id}`));
  expect(reads).toHaveLength(1);
  // A write made offline in one tab is in the outbox of all tabs, and leaves it in all when it is sent.
  site.setReachable(false);
  await pages[3]?.evaluate(() => (globalThis as unknown as { rename: (name: string) => void }).rename("of the fourth"));
  await saysTheSame(pages, { size: 1 });
  site.setReachable(true);
  await saysTheSame(pages, { size: 0, state: "connected" });
});

test("the next tab leads when the leader is closed", async () => {
  const [leader, follower] = await leaderAndFollower();
  await leader.close();
  await replaces(follower, "closed");
  await expect.poll(openSockets).toBe(1);
  await followsTheServer([follower], "after the closing");
});

test("the next tab leads when the leader crashes", async () => {
  const [leader, follower] = await leaderAndFollower();
  // The crashed page does not answer.
  void (await devtools(leader)).send("Page.crash").catch(() => {});
  await replaces(follower, "crashed");
  await followsTheServer([follower], "after the crash");
  // The browser closes the socket of a crashed tab some time after the crash.
  await expect.poll(openSockets).toBe(1);
});

test("a leader that the browser freezes hands over leadership, and follows when it is resumed", async () => {
  const [leader, follower] = await leaderAndFollower();
  const session = await devtools(leader);
  await session.send("Page.setWebLifecycleState", { state: "frozen" });
  await replaces(follower, "frozen by the browser");
  await followsTheServer([follower], "while it is frozen");
  await session.send("Page.setWebLifecycleState", { state: "active" });
  await becomesLive(leader, "follows");
  await followsTheServer([leader, follower], "after the resume");
  expect(openSockets()).toBe(1);
});

test("a leader that is frozen without an event is replaced, and follows when it is resumed", async () => {
  const [leader, follower] = await leaderAndFollower();
  const session = await devtools(leader);
  await leader.evaluate(() => {
    for (const type of ["freeze", "resume"]) {
      window.addEventListener(type, (event) => event.stopImmediatePropagation(), true);
    }
  });
  await session.send("Page.setWebLifecycleState", { state: "frozen" });
  await replaces(follower, "frozen");
  await session.send("Page.setWebLifecycleState", { state: "active" });
  await becomesLive(leader, "follows");
  await followsTheServer([leader, follower], "after the resume");
  await expect.poll(openSockets).toBe(1);
});

test("[G3] a leader whose script hangs is replaced, and its late messages do not undo newer ones", async () => {
  const [leader, follower] = await leaderAndFollower();
  const [socket] = site.server.sockets.filter(({ open }) => open);
  const hang = leader.evaluate(() => {
    const until = performance.now() + 5_000;
    while (performance.now() < until);
  });
  await replaces(follower, "hanging");
  // This message waits in the page that hangs. If it were applied afterwards, it would remove a row that exists.
  socket?.handlers.received(JSON.stringify({ type: "GONE", payload: { entityCode: "task", entityIds: [id] } }));
  await follower.evaluate(() => Object.assign(globalThis, { seen: [] }));
  await follower.evaluate(() => {
    const seen = (globalThis as unknown as { seen: string[] }).seen;
    const record = () => seen.push(document.querySelector("#one")?.textContent ?? "");
    new MutationObserver(record).observe(document.body, { childList: true, characterData: true, subtree: true });
  });
  await hang;
  await becomesLive(leader, "follows");
  await followsTheServer([leader, follower], "after the hang");
  const seen = await follower.evaluate(() => (globalThis as unknown as { seen: string[] }).seen);
  expect(seen).toContain("ready after the hang");
  expect(seen.filter((text) => text.startsWith("gone"))).toEqual([]);
  await expect.poll(openSockets).toBe(1);
});

test("a leader that navigates to another page hands over leadership, and follows when it returns", async () => {
  const [leader, follower] = await leaderAndFollower();
  await leader.goto("about:blank");
  await becomesLive(follower, "leads");
  await leader.goBack();
  await becomesLive(leader, "follows");
  await followsTheServer([leader, follower], "after the return");
  expect(openSockets()).toBe(1);
});

test("a duplicated tab, with a copy of the session storage, is a separate follower", async () => {
  const [leader] = await leaderAndFollower();
  const opened = chromium.context.waitForEvent("page");
  // A window opened by a page begins with a copy of its session storage, as a duplicated tab does.
  await leader.evaluate(() => {
    sessionStorage.setItem("kept", "here");
    window.open(location.href);
  });
  const duplicate = await opened;
  await becomesLive(duplicate, "follows");
  expect(await duplicate.evaluate(() => sessionStorage.getItem("kept"))).toBe("here");
  await followsTheServer([leader, duplicate], "in the duplicate");
  expect(openSockets()).toBe(1);
});

test("tabs of different users share nothing", async () => {
  const mine = await openTab();
  await becomesLive(mine, "leads");
  const theirs = await openTab(person + 1_000);
  await shows(theirs, "#role", "leads");
  await expect.poll(openSockets).toBe(2);
  await shows(mine, "#role", "leads");
});

test("when the user signs out in the leader tab, the other tab leads", async () => {
  const [mine, same] = await leaderAndFollower();
  await mine.evaluate(() => (globalThis as unknown as { signInWith: (t: null) => void }).signInWith(null));
  await shows(mine, "#status", "needs-auth indexeddb");
  await becomesLive(same, "leads");
  expect(openSockets()).toBe(1);
});

test("without Web Locks every tab has its own socket, and the status says so", async () => {
  const openOld = async () => {
    const page = await chromium.context.newPage();
    await page.addInitScript(() => Object.defineProperty(navigator, "locks", { value: undefined }));
    await page.goto(addressOf(person));
    return page;
  };
  const first = await openOld();
  const second = await openOld();
  await becomesLive(first, "leads");
  await becomesLive(second, "leads");
  expect(await second.locator("#role").getAttribute("title")).toContain("no Web Locks");
  expect(openSockets()).toBe(2);
});

test("the median time from an edit in one tab to the screen of another is 50 ms", async () => {
  const [editor, viewer] = await leaderAndFollower();
  const times: number[] = [];
  for (let n = 0; n < 20; n += 1) {
    const name = `edit ${n}`;
    const seen = viewer.evaluate(
      (expected) =>
        new Promise<number>((resolve) => {
          const check = () =>
            document.querySelector("#one")?.textContent === `ready ${expected}` && resolve(Date.now());
          new MutationObserver(check).observe(document.body, { childList: true, characterData: true, subtree: true });
          check();
        }),
      name,
    );
    const editedAt = await editor.evaluate((given) => {
      const at = Date.now();
      (globalThis as unknown as { rename: (name: string) => void }).rename(given);
      return at;
    }, name);
    times.push((await seen) - editedAt);
  }
  times.sort((a, b) => a - b);
  const median = times[times.length / 2] ?? Number.NaN;
  process.stdout.write(`Edit in tab A to screen of tab B: median ${median} ms, largest ${times.at(-1)} ms.\n`);
  // The target is 50 ms on a machine without other load. The limit is four times that for busy machines.
  expect(median).toBeLessThan(200);
});
