// The controller's page: every scan and every visitor written down is kept on this device first and sent in its order; what was
// sent and answered is forgotten here. Sent again - the answer was lost, the page was closed - it changes nothing on the server.
// What one controller scanned waits for them: whoever uses this device after them neither sees nor sends it.

const root = document.getElementById("control");
const outcome = document.getElementById("outcome");
const queueWords = document.getElementById("queue");
const address = root.dataset.control;
const form = document.querySelector(`form[action="${address.replace(/\/events$/, "")}"]`);
const name = `control ${address} ${root.dataset.account}`;
// Small enough that the answer to a person at the door does not wait for all who came before.
const BATCH = 20;
const RETRY_MS = 5000;
// After so long nobody's scans are sent any more.
const LASTS_S = 14 * 24 * 3600;

const read = () => JSON.parse(localStorage.getItem(name) ?? "[]");
const write = (events) => {
  if (events.length) localStorage.setItem(name, JSON.stringify(events));
  else localStorage.removeItem(name);
  queueWords.textContent = events.length ? root.dataset.queued.replace("{n}", events.length) : "";
};

const newId = () => [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");

const line = (text, strong) => {
  const p = document.createElement("p");
  if (strong) p.append(Object.assign(document.createElement("strong"), { textContent: strong }), " ");
  p.append(text);
  return p;
};

function show({ tone, title, name, more, note }) {
  const box = document.createElement("div");
  box.className = "alert " + tone;
  const words = document.createElement("div");
  words.append(Object.assign(line(title), { className: "alert-title" }));
  if (name) words.append(Object.assign(line(more, name), { className: "face" }));
  if (note) words.append(line(note));
  box.append(words);
  outcome.replaceChildren(box);
}

let newest = null;
function keep(who) {
  const fields = new FormData(form);
  const at = Math.floor(Date.now() / 1000);
  const text = (field) => fields.get(field) ?? "";
  newest = newId();
  write([...read(), { id: newest, at, way: text("way") || "in", who, trip: text("trip"), seat: text("seat") }]);
  const time = new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
  show({ tone: "neutral", title: root.dataset.kept.replace("{time}", time) });
  send();
}

async function sendAll() {
  while (read().length) {
    const batch = read().slice(0, BATCH);
    const body = new URLSearchParams({ csrf: root.dataset.token, events: JSON.stringify(batch) });
    const answer = await fetch(address, { method: "POST", body });
    if (answer.status === 401 || answer.status === 403) {
      show({ tone: "caution", title: root.dataset.signIn });
      return false;
    }
    if (answer.status === 404) {
      show({ tone: "bad", title: root.dataset.closed });
      return false;
    }
    if (!answer.ok) throw new Error("events");
    const told = await answer.json();
    const done = new Set(batch.map((event) => event.id));
    write(read().filter((event) => !done.has(event.id)));
    const shown = told.find((one) => one.id === newest) ?? told.find((one) => one.tone === "bad");
    if (shown) show(shown);
    if (batch.length > 1 && !read().length) queueWords.textContent = root.dataset.sent;
  }
  return true;
}

let sending = false;
let retry = 0;
async function send() {
  if (sending) return;
  sending = true;
  clearTimeout(retry);
  let sent = false;
  try {
    // Only one page of this device sends at a time: they share what is kept.
    sent = navigator.locks ? await navigator.locks.request(name, sendAll) : await sendAll();
  } catch {
    queueWords.textContent = root.dataset.queued.replace("{n}", read().length) + ". " + root.dataset.offline;
    retry = setTimeout(send, RETRY_MS);
  }
  sending = false;
  if (sent && read().length) send();
}

document.addEventListener("scanned", (event) => {
  event.preventDefault();
  keep({ code: event.detail });
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const fields = new FormData(form);
  const code = fields.get("code").trim();
  const guest = Object.fromEntries(["name", "birth", "gender", "phone", "address"].map((field) => [field, fields.get(field)]));
  keep(code ? { code } : { guest });
  for (const field of ["code", "seat", "name", "birth", "gender", "phone", "address"]) {
    if (form.elements[field]) form.elements[field].value = "";
  }
});

function tidy() {
  const first = Date.now() / 1000 - LASTS_S;
  for (const key of Object.keys(localStorage).filter((key) => key.startsWith("control ") && key !== name)) {
    const last = JSON.parse(localStorage.getItem(key)).at(-1);
    if (!(last?.at >= first)) localStorage.removeItem(key);
  }
}

addEventListener("online", send);
tidy();
write(read());
if (read().length) send();
