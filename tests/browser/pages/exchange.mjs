// Exchange: by relay to a coordinator and back, by file, stopped, and every way in which it fails.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { LANGUAGES, choose, launch, unlock, visit } from "../lib/browser.mjs";
import { look } from "../lib/look.mjs";
import { PASSPHRASE, Place } from "../lib/program.mjs";

let place, browser, relay, monitor, coordinator;
const servers = [];
before(async () => {
  place = new Place();
  place.found();
  place.join("coordinator", "gao", "heron");
  place.join("monitor", "gao", "swift");
  relay = await place.relay();
  place.settle(relay, "heron", "swift");
  browser = await launch();
  monitor = await place.serve("swift");
  coordinator = await place.serve("heron");
});
after(async () => {
  await browser?.close();
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  place?.close();
});

/** A server on this machine that is no relay. */
async function other(answer) {
  const server = createServer(answer);
  servers.push(server);
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${server.address().port}`;
}

async function exchange(page, address) {
  await page.goto("/exchange");
  await page.fill("#address", address);
  await page.click("form[action='/exchange/start'] button");
  await page.waitForSelector(".passage .good, .passage .ended");
  return page.textContent(".passage [role=status]");
}

async function write(page, text) {
  await page.goto("/report");
  await choose(page, "abduction");
  await page.fill("#text", text);
  await page.click(".editor button.main");
  await page.click("button.main");
  await page.waitForURL(/\?saved=1$/);
}

for (const language of LANGUAGES) {
  test(`a report reaches a coordinator through the relay, and its author learns of it, in ${language}`, async (t) => {
    const page = await visit(t, browser, monitor.url, { language });
    await unlock(page, PASSPHRASE, language);
    await write(page, `Through the relay in ${language}`);
    await page.goto("/exchange");
    await look(page, "exchange-waits");
    await exchange(page, relay.url);
    assert.ok(await page.isVisible(".passage .good"));
    await look(page, "exchange-done");
    const desk = await visit(t, browser, coordinator.url, { language });
    await unlock(desk, PASSPHRASE, language);
    await exchange(desk, relay.url);
    assert.match(await desk.textContent(".cards"), new RegExp(`Through the relay in ${language}`));
    await look(desk, "exchange-arrived");
    await exchange(page, relay.url);
    const card = page.locator("a.card", { hasText: `Through the relay in ${language}` });
    assert.equal(await card.locator(".state.opened").count(), 1);
    await card.click();
    await page.waitForURL(/\/reports\/[0-9a-f]+$/);
    await page.click("button.leave");
    await desk.click("button.leave");
  });

  test(`what fails is said in words, in ${language}`, async (t) => {
    const page = await visit(t, browser, monitor.url, { language });
    await unlock(page, PASSPHRASE, language);
    const garbage = await other((_, response) => response.end("<script>alert(1)</script>".repeat(9999)));
    const nothing = await other((_, response) => { response.statusCode = 404; response.end("{\"detail\":\"<b>\"}"); });
    const gone = await other((request) => request.socket.destroy());
    for (const [name, address] of [["garbage", garbage], ["nothing", nothing], ["gone", gone], ["nobody", "127.0.0.1:9"]]) {
      await exchange(page, address);
      assert.ok(await page.isVisible(".passage .ended"), name);
      assert.doesNotMatch(await page.textContent("main"), /127\.0\.0\.1:\d+.*:.*refused|alert|<b>/i);
    }
    await look(page, "exchange-failed");
    await page.fill("#address", "no address at all");
    await page.click("form[action='/exchange/start'] button");
    await look(page, "exchange-wrong");
    assert.equal(await page.inputValue("#address"), "no address at all");
  });
}

for (const scripts of [true, false]) {
  test(`one that runs is looked at, left, and stopped, ${scripts ? "with" : "without"} scripts`, async (t) => {
    const page = await visit(t, browser, monitor.url, { scripts });
    await unlock(page, PASSPHRASE, "en");
    const slow = await other(() => {});
    await page.goto("/exchange");
    await page.fill("#address", slow);
    await page.click("form[action='/exchange/start'] button");
    await page.waitForSelector(".busy");
    if (scripts) await look(page, "exchange-running");
    await page.goto("/reports");
    await page.goto("/exchange");
    // It looks again by itself.
    const again = page.waitForResponse((response) => response.url().endsWith("/exchange?quiet=1"));
    await again;
    await page.click("form[action='/exchange/stop'] button");
    await page.waitForSelector(".passage .ended");
    if (scripts) await look(page, "exchange-stopped");
    // And goes on to its end, which the page shows by itself.
    await exchange(page, relay.url);
    assert.ok(await page.isVisible(".passage .good"));
  });
}

test("leaving fast stops an exchange, and it goes on after unlocking", async (t) => {
  const page = await visit(t, browser, monitor.url);
  await unlock(page, PASSPHRASE, "en");
  const slow = await other(() => {});
  await page.goto("/exchange");
  await page.fill("#address", slow);
  await page.click("form[action='/exchange/start'] button");
  await page.waitForSelector(".busy");
  await page.click("button.leave");
  await page.waitForURL("**/calendar");
  await unlock(page, PASSPHRASE);
  await page.goto("/exchange");
  assert.match(await page.textContent(".ended"), /locked/);
});

test("letters leave and arrive as a file, and what is none is said to be so", async (t) => {
  const page = await visit(t, browser, monitor.url);
  await unlock(page, PASSPHRASE, "en");
  await write(page, "On a card");
  await page.goto("/exchange");
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("form[action='/exchange/take'] button")]);
  assert.equal(download.suggestedFilename(), "notes.bin");
  await download.saveAs(place.path("card"));
  const desk = await visit(t, browser, coordinator.url);
  await unlock(desk, PASSPHRASE, "en");
  await desk.goto("/exchange");
  await desk.click("form[action='/exchange/bring'] button");
  assert.ok(await desk.isVisible(".wrong"));
  await desk.setInputFiles("#file", { name: "notes.bin", mimeType: "text/html", buffer: Buffer.from("<script>alert(1)</script>") });
  await desk.click("form[action='/exchange/bring'] button");
  assert.ok(await desk.isVisible(".passage .ended"));
  await desk.setInputFiles("#file", place.path("card"));
  await desk.click("form[action='/exchange/bring'] button");
  await desk.waitForSelector(".passage .good");
  assert.match(await desk.textContent(".cards"), /On a card/);
  await look(desk, "exchange-file");
});

test("the relay dies half way: what it took is told live, nothing is lost, and going on brings the rest", async (t) => {
  const page = await visit(t, browser, monitor.url);
  await unlock(page, PASSPHRASE, "en");
  for (const n of [1, 2]) await write(page, `Half way ${n}`);
  // A slow line between the two, so that the page can look while an exchange is under way.
  const line = await other((request, response) => {
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", async () => {
      try {
        await new Promise((resolve) => setTimeout(resolve, 2000));
        const headers = { "content-type": request.headers["content-type"] ?? "application/octet-stream" };
        const body = request.method === "GET" ? undefined : Buffer.concat(chunks);
        const answer = await fetch(relay.url + request.url, { method: request.method, headers, body });
        response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "" });
        response.end(Buffer.from(await answer.arrayBuffer()));
      } catch {
        response.destroy();
      }
    });
  });
  const sent = async () => Number(/\d+/.exec(await page.textContent(".passage dl.said dd"))[0]);
  await page.goto("/exchange");
  await page.fill("#address", line);
  await page.click("form[action='/exchange/start'] button");
  await page.waitForSelector(".busy");
  // Without a touch the page says how many are there already, while the exchange goes on.
  await page.waitForFunction(() => /[1-9]/.test(document.querySelector(".passage dl.said dd")?.textContent ?? ""), undefined, { timeout: 60_000 });
  assert.ok(await page.isVisible(".busy"), "it goes on");
  const half = await sent();
  relay.child.kill("SIGKILL");
  await page.waitForSelector(".passage .ended", { timeout: 60_000 });
  assert.ok(await sent() >= half, "what was acknowledged stays said");
  await look(page, "exchange-cut");
  // The same relay comes back, elsewhere: what it took it has, and the rest goes on.
  await write(page, "Half way 3");
  relay = await place.listens("relay", "--home", "relay", "--listen", "127.0.0.1:0", "--admit", "town.cert");
  await exchange(page, relay.url);
  assert.ok(await page.isVisible(".passage .good"), await page.textContent("main"));
  const desk = await visit(t, browser, coordinator.url);
  await unlock(desk, PASSPHRASE, "en");
  await exchange(desk, relay.url);
  await desk.goto("/inbox");
  for (const n of [1, 2, 3]) assert.equal(await desk.locator("blockquote", { hasText: `Half way ${n}` }).count(), 1, `report ${n}`);
});
