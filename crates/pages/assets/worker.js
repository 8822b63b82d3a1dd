// The service worker: pages that were opened before can be opened without a network, and declarations that could not be
// sent are kept on this device and sent when there is one again. The server puts FILES and VERSION above this.
//
// What a person opened while signed in lies in this browser's storage until they sign out.

const KEPT = "pages";
const SHELL = `shell-${VERSION}`;
const OFFLINE = "/offline";
// Pages that are of use without a network, and the forms that are sent later.
const PAGES = /^\/(?:pass|scan|visits|guide|inbox|offline|declare(?:\/[a-z0-9-]+)?|places\/[0-9]{9}\/control)?$/;
const CODES = /^\/pass\/codes$/;
const DECLARATION = /^\/declare\/([a-z0-9-]+)$/;
// After the first nobody is here any more; after the second perhaps somebody else, whose pages are not those that were kept.
const LEAVE = "/sign-out";
const DELETE = "/me/delete";
const ENTER = "/sign-in/code";

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(SHELL).then((cache) => cache.addAll([OFFLINE, ...FILES])).then(() => self.skipWaiting()));
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
self.addEventListener("message", (event) => {
  if (event.data === "flush") event.waitUntil(flush());
});

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
  try {
    const answer = await fetch(event.request);
    // A redirected answer may be the sign-in page, which is no answer to this address.
    const name = nameOf(url);
    if (answer.ok && !answer.redirected && name) keep(event, KEPT, name, answer);
    event.waitUntil(flush());
    return answer;
  } catch {
    const pages = await caches.open(KEPT);
    const name = nameOf(url);
    return (name && (await pages.match(name))) || (await caches.match(OFFLINE)) || Response.error();
  }
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
  try {
    const answer = await fetch(event.request);
    // An account that was deleted has left too; 422 is the question whether one is sure.
    if (url.pathname === LEAVE || (url.pathname === DELETE && answer.status !== 422)) await forgetPerson();
    if (url.pathname === ENTER) await caches.delete(KEPT);
    return answer;
  } catch {
    const [, name] = DECLARATION.exec(url.pathname) ?? [];
    const type = copy.headers.get("content-type") ?? "";
    if (!name || !type.startsWith("application/x-www-form-urlencoded")) {
      return (await caches.match(OFFLINE)) || Response.error();
    }
    const fields = [...new URLSearchParams(await copy.text())].filter(([field]) => field !== "csrf");
    const entry = {
      key: fields.find(([field]) => field === "ticket")?.[1] || crypto.randomUUID(),
      form: name,
      authored_at: Math.floor(Date.now() / 1000),
      lang: await langOf(url.pathname),
      fields,
    };
    await done((await queue("readwrite")).add({ entry }));
    try {
      await self.registration.sync?.register("queue");
    } catch {
      // Without permission to sync in the background, the next page that opens sends it.
    }
    return Response.redirect(`${OFFLINE}?kept`, 303);
  }
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
  const waiting = (await done((await queue("readonly")).getAll())).filter((kept) => !kept.wrong);
  if (waiting.length === 0) return;
  try {
    const asked = await fetch("/offline/token", { redirect: "manual" });
    if (!asked.ok) return; // signed out: kept until the person signs in again
    const { token } = await asked.json();
    for (const kept of waiting) {
      const body = new URLSearchParams({ csrf: token, queue: JSON.stringify([kept.entry]) });
      const answer = await fetch("/declare/queue", { method: "POST", body, redirect: "manual" });
      if (!answer.ok) return;
      const [{ outcome }] = await answer.json();
      const store = await queue("readwrite");
      // What must be mended stays, marked, and is not sent again.
      await done(outcome === "wrong" ? store.put({ ...kept, wrong: true }) : store.delete(kept.id));
    }
  } catch {
    return; // the network went away again
  }
  for (const client of await self.clients.matchAll()) client.postMessage("flushed");
}

async function forgetPerson() {
  await caches.delete(KEPT);
  await done((await queue("readwrite")).clear());
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
