// The service worker: pages that were opened before can be opened without a network, and declarations that could not be
// sent are kept on this device and sent when there is one again. The server puts FILES and VERSION above this.
//
// What a person opened while signed in lies in this browser's storage until they sign out. A declaration that waits names the
// account whose form it was filled into: it is shown to that account only and sent for no other. Whoever signs out without a network
// leaves nothing here either; that the server has yet to hear of it is kept instead, and done before anything else.

const KEPT = "pages";
const SHELL = `shell-${VERSION}`;
const OFFLINE = "/offline";
const LANGS = ["vi", "en"];
const inLang = (lang) => `${OFFLINE}?lang=${lang}`;
// Pages that are of use without a network, and the forms that are sent later.
const PAGES = /^\/(?:pass|scan|visits|guide|inbox|offline|declare(?:\/[a-z0-9-]+)?|places\/[0-9]{9}\/control)?$/;
const CODES = /^\/pass\/codes$/;
const DECLARATION = /^\/declare\/([a-z0-9-]+)$/;
// A place: what is done there counts only if the server heard of it.
const VISIT = /^\/p\//;
// The account that was signed in here when the server was last asked: kept with that person's pages, and forgotten with them.
const HERE = "/offline/account";
// So long somebody else's declarations wait for them, and what became of one's own is told. The server believes no older ones.
const LASTS_S = 14 * 24 * 3600;
// After the first nobody is here any more; after the second perhaps somebody else, whose pages are not those that were kept.
const LEAVE = "/sign-out";
const DELETE = "/me/delete";
const ENTER = "/sign-in/code";
// There while somebody has left and the server does not know yet. Only the server can take the session's cookie away.
const LEFT = "left";

self.addEventListener("install", (event) => {
  // In the reader's language, and in each to change to. Asked for without cookies, so that asking changes nobody's language.
  const other = LANGS.map((lang) => new Request(inLang(lang), { credentials: "omit" }));
  event.waitUntil(caches.open(SHELL).then((cache) => cache.addAll([OFFLINE, ...other, ...FILES])).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const old = (name) => name.startsWith("shell-") && name !== SHELL;
  const forget = async () => {
    for (const name of (await caches.keys()).filter(old)) await caches.delete(name);
    await self.clients.claim();
  };
  event.waitUntil(forget());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin) return;
  if (request.method === "GET") {
    if (url.pathname.startsWith("/assets/")) event.respondWith(file(event));
    else if (CODES.test(url.pathname)) event.respondWith(codes(event));
    else if (request.mode === "navigate") event.respondWith(page(event, url));
  } else if (request.mode === "navigate") event.respondWith(form(event, url));
});

self.addEventListener("sync", (event) => event.waitUntil(flush()));
self.addEventListener("message", (event) => event.waitUntil(tell(event)));

// Their names change with their contents.
async function file(event) {
  const kept = await caches.match(event.request);
  if (kept) return kept;
  const answer = await fetch(event.request);
  if (answer.ok) keep(event, SHELL, event.request, answer);
  return answer;
}

// The codes of the next hours.
async function codes(event) {
  if (!(await left())) return Response.error();
  try {
    const answer = await fetch(event.request);
    if (answer.ok && !answer.redirected) keep(event, KEPT, event.request, answer);
    return answer;
  } catch {
    const kept = await caches.match(event.request);
    if (!kept) return Response.error();
    // The page must not take its time for the time it is.
    const headers = new Headers(kept.headers);
    headers.set("x-kept", "1");
    return new Response(kept.body, { headers });
  }
}

function keep(event, where, what, answer) {
  const copy = answer.clone();
  event.waitUntil(caches.open(where).then((cache) => cache.put(what, copy)));
}

async function page(event, url) {
  const offline = { cacheName: SHELL };
  if (await caches.has(LEFT)) {
    if (!(await left())) return (await caches.match(OFFLINE, offline)) || Response.error();
    // It would say that the server has yet to hear of it.
    if (url.pathname === OFFLINE) return Response.redirect("/sign-in?left=1", 303);
  }
  try {
    const answer = await fetch(event.request);
    // A redirected answer may be the sign-in page, which is no answer to this address.
    const name = nameOf(url);
    if (answer.ok && !answer.redirected && name) keep(event, KEPT, name, answer);
    event.waitUntil(speak(url.searchParams.get("lang")));
    event.waitUntil(flush());
    return answer;
  } catch {
    const pages = await caches.open(KEPT);
    const name = nameOf(url);
    return (name && (await pages.match(name))) || (await caches.match(OFFLINE, offline)) || Response.error();
  }
}

// Whoever changes the language reads the page for times without a network in it, too.
async function speak(lang) {
  if (!LANGS.includes(lang)) return;
  const shell = await caches.open(SHELL);
  const page = await shell.match(inLang(lang));
  if (page) await shell.put(OFFLINE, page);
}

// The name under which a page is kept: whom it is about counts, the language does not. A page that says what was just done
// has none.
function nameOf(url) {
  const rest = new URLSearchParams(url.search);
  rest.delete("lang");
  const whom = rest.get("for");
  rest.delete("for");
  if (!PAGES.test(url.pathname) || rest.size > 0) return null;
  return whom ? `${url.pathname}?for=${encodeURIComponent(whom)}` : url.pathname;
}

async function form(event, url) {
  const copy = event.request.clone();
  const leaves = url.pathname === LEAVE || url.pathname === DELETE;
  if (!(await left())) return Response.redirect(`${OFFLINE}?unsaved=${url.pathname === LEAVE ? "left" : "other"}`, 303);
  // Who signs out sends first what can be sent: nothing of theirs is left here afterwards.
  if (url.pathname === LEAVE) await flush();
  const account = leaves ? await here() : null;
  try {
    const answer = await fetch(event.request);
    if (url.pathname === LEAVE && answer.status >= 500) return await leave(account);
    // An account that was deleted has left too; 422 is the question whether one is sure.
    if (leaves && answer.status !== 422) await forgetPerson(account);
    if (url.pathname === ENTER) await caches.delete(KEPT);
    return answer;
  } catch {
    if (url.pathname === LEAVE) return await leave(account);
    return Response.redirect(`${OFFLINE}${await kept(copy, url)}`, 303);
  }
}

// Somebody leaves, and the server does not hear it.
async function leave(account) {
  await caches.open(LEFT);
  await forgetPerson(account);
  try {
    await self.registration.sync?.register("queue");
  } catch {
    // Without permission to sync in the background, the next page that opens tells it.
  }
  return Response.redirect(`${OFFLINE}?unsaved=left`, 303);
}

let leaving = null;

// Whether nobody is leaving, now that the server was told if it could be. Until then nothing is opened or sent for who left.
function left() {
  leaving ??= end().finally(() => (leaving = null));
  return leaving;
}

async function end() {
  if (!(await caches.has(LEFT))) return true;
  try {
    const asked = await fetch("/offline/token", { redirect: "manual" });
    if (asked.ok) {
      const body = new URLSearchParams({ csrf: (await asked.json()).token });
      const answer = await fetch(LEAVE, { method: "POST", body, redirect: "manual" });
      if (!answer.ok && answer.type !== "opaqueredirect") return false;
    } else if (asked.status === 429 || asked.status >= 500) {
      return false;
    }
    await caches.delete(LEFT);
    return true;
  } catch {
    return false;
  }
}

// Keeps a declaration that could not be sent. Answers what the page for times without a network has to say of it.
async function kept(request, url) {
  if (VISIT.test(url.pathname)) return "?unsaved=visit";
  const [, name] = DECLARATION.exec(url.pathname) ?? [];
  if (!name) return "?unsaved=other";
  const plain = (request.headers.get("content-type") ?? "").startsWith("application/x-www-form-urlencoded");
  const sent = plain ? [...new URLSearchParams(await request.text())] : [];
  const value = (wanted) => sent.find(([field]) => field === wanted)?.[1];
  const account = value("account");
  // Files are not kept; and what somebody wrote who was not signed in is nobody's, so that it would go out as somebody else's.
  if (!account) return "?unsaved=form";
  const at = Math.floor(Date.now() / 1000);
  const entry = {
    key: value("ticket") || crypto.randomUUID(),
    form: name,
    authored_at: at,
    lang: await langOf(url.pathname),
    fields: sent.filter(([field]) => field !== "csrf" && field !== "account"),
  };
  await done((await queue("readwrite")).add({ account, form: name, at, outcome: "waiting", entry }));
  await remember(account);
  try {
    await self.registration.sync?.register("queue");
  } catch {
    // Without permission to sync in the background, the next page that opens sends it.
  }
  return "?kept";
}

// The language in which the form stood on the screen: it was kept when it was opened.
async function langOf(path) {
  const kept = await caches.match(path, { cacheName: KEPT });
  return /<html lang="(vi|en)"/.exec((await kept?.text()) ?? "")?.[1] ?? "vi";
}

let flushing = null;

// Sends what is kept, in its order; each has a key of its own, so that twice makes one.
function flush() {
  flushing ??= send().finally(() => (flushing = null));
  return flushing;
}

async function send() {
  if (!(await left())) return;
  const entries = await done((await queue("readonly")).getAll());
  if (entries.length === 0) return;
  try {
    const asked = await fetch("/offline/token", { redirect: "manual" });
    // Nobody is signed in: what waits waits for its owner.
    const { token, account } = asked.ok ? await asked.json() : {};
    await remember(account);
    await tidy(entries, account);
    for (const kept of entries.filter((kept) => kept.account === account && kept.outcome === "waiting")) {
      const body = new URLSearchParams({ csrf: token, account, queue: JSON.stringify([kept.entry]) });
      const answer = await fetch("/declare/queue", { method: "POST", body, redirect: "manual" });
      // 400 is no fault of the network or the server: the same would be answered again, so its owner must look at it.
      if (!answer.ok && answer.status !== 400) return;
      const [told] = answer.ok ? await answer.json() : [{ outcome: "wrong", why: [] }];
      const { outcome, declaration, why } = told;
      // Its answers stay only if they are to be mended.
      const entry = outcome === "wrong" ? kept.entry : undefined;
      await done((await queue("readwrite")).put({ ...kept, outcome, declaration, why, entry }));
    }
  } catch {
    return; // the network went away again
  }
  for (const client of await self.clients.matchAll()) client.postMessage("flushed");
}

// Old entries of others, and old news of one's own; what is one's own and not sent stays.
async function tidy(entries, account) {
  const first = Math.floor(Date.now() / 1000) - LASTS_S;
  const over = ({ account: owner, at, entry }) => !(at >= first) && (owner !== account || !entry);
  for (const { id } of entries.filter(over)) await done((await queue("readwrite")).delete(id));
}

// What a page of whoever is signed in asks: to send what waits; to forget an entry that was read; the answers of one that is to be
// mended. Each is answered with the entries of that account, and of no other.
async function tell({ data, ports }) {
  if (data.flush) await flush();
  const account = await here();
  const all = account ? await done((await queue("readonly")).getAll()) : [];
  const own = all.filter((kept) => kept.account === account);
  const found = own.find(({ id }) => id === data.id);
  if (data.told && found) await done((await queue("readwrite")).delete(found.id));
  if (data.mend) return ports[0].postMessage(found?.entry ? { ...found.entry, account } : null);
  const left = own.filter(({ id }) => !(data.told && id === data.id));
  ports[0].postMessage(left.map(({ entry, account, ...news }) => news));
}

async function remember(account) {
  const cache = await caches.open(KEPT);
  if (account) await cache.put(HERE, new Response(account));
  else await cache.delete(HERE);
}

async function here() {
  const found = await caches.match(HERE, { cacheName: KEPT });
  return found ? found.text() : null;
}

async function forgetPerson(account) {
  await caches.delete(KEPT);
  const entries = await done((await queue("readonly")).getAll());
  const own = entries.filter((kept) => kept.account === account);
  for (const { id } of own) await done((await queue("readwrite")).delete(id));
}

function queue(mode) {
  return new Promise((resolve, reject) => {
    const open = indexedDB.open("bluezone-offline", 1);
    open.onupgradeneeded = () => open.result.createObjectStore("queue", { keyPath: "id", autoIncrement: true });
    open.onerror = () => reject(open.error);
    open.onsuccess = () => {
      const change = open.result.transaction("queue", mode);
      change.oncomplete = change.onabort = () => open.result.close();
      resolve(change.objectStore("queue"));
    };
  });
}

function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
