// Makes the citizens' pages work without a network (worker.js). A page with data-outbox shows what this device keeps for whoever is
// signed in and what became of it; one with data-unsaved says what could not be done without a network.

const LEAVING = ["/sign-out", "/me/delete"];
const DRAFT = "bluezone-draft";
const SENT = "bluezone-draft-sent";

if ("serviceWorker" in navigator) {
  const workers = navigator.serviceWorker;
  workers.register("/sw.js", { scope: "/" }).catch(() => {});
  workers.addEventListener("message", () => show({}));
  workers.addEventListener("controllerchange", () => show({ flush: true }));
  window.addEventListener("online", () => show({ flush: true }));
  show({}).then(() => show({ flush: true }));
}

// A page that the worker put in the place of another one has that one's address.
const unsaved = new URLSearchParams(location.search).get("unsaved") ?? (location.pathname.startsWith("/p/") ? "visit" : "");
for (const notice of document.querySelectorAll("[data-unsaved]")) notice.hidden = notice.dataset.unsaved !== unsaved;

// What the worker keeps needs no draft (draft.js) any more.
if (new URLSearchParams(location.search).has("kept")) {
  try {
    localStorage.removeItem(sessionStorage.getItem(SENT) ?? "");
    sessionStorage.removeItem(SENT);
  } catch {
    // A browser without storage keeps no drafts.
  }
}

// Whoever leaves a shared phone leaves no half-written answers on it.
document.addEventListener("submit", (event) => {
  if (!LEAVING.includes(new URL(event.target.action).pathname)) return;
  try {
    const drafts = Object.keys(localStorage).filter((key) => key.startsWith(DRAFT));
    drafts.forEach((key) => localStorage.removeItem(key));
  } catch {
    // A browser without storage keeps no drafts.
  }
});

// The worker's answer; none while no worker is in charge.
function ask(what) {
  return new Promise((resolve) => {
    const worker = navigator.serviceWorker.controller;
    if (!worker) return resolve(null);
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => resolve(data);
    worker.postMessage(what, [port2]);
  });
}

async function show(what) {
  const place = document.querySelector("[data-outbox]");
  const entries = await ask(what);
  if (!place || !entries) return;
  const titles = JSON.parse(place.dataset.outbox);
  place.querySelector("ul").replaceChildren(...entries.map((entry) => drawn(place, titles, entry)));
  place.hidden = entries.length === 0;
}

function drawn(place, titles, { id, form, at, outcome, declaration, why }) {
  const item = place.querySelector(`template[data-of="${outcome}"]`).content.firstElementChild.cloneNode(true);
  const part = (name) => item.querySelector(`[data-${name}]`);
  part("form").textContent = titles[form] ?? form;
  const when = new Date(at * 1000);
  part("filled").dateTime = when.toISOString();
  const style = { hour: "2-digit", minute: "2-digit", day: "2-digit", month: "2-digit", year: "numeric" };
  part("filled").textContent = when.toLocaleString(document.documentElement.lang, style);
  const line = (words) => Object.assign(document.createElement("li"), { textContent: words });
  part("why")?.replaceChildren(...(why ?? []).map(line));
  if (part("declared")) part("declared").href = `/declared/${declaration}`;
  part("told")?.addEventListener("click", () => show({ told: true, id }));
  part("mend")?.addEventListener("click", () => mend(id));
  return item;
}

// Its answers become the draft of its form (draft.js), where they are mended and sent anew. What is empty may have been left so or
// emptied: the page fills in what it knows, and whoever mends the form sees it.
async function mend(id) {
  const entry = await ask({ mend: true, id });
  if (!entry) return;
  const values = {};
  for (const [name, value] of entry.fields) if (value !== "") (values[name] ??= []).push(value);
  const whom = values.for?.[0] ?? "";
  localStorage.setItem(`${DRAFT}/${entry.account}/${entry.form}/${whom}`, JSON.stringify({ at: Date.now(), values }));
  await ask({ told: true, id });
  location.href = `/declare/${entry.form}${whom ? `?for=${encodeURIComponent(whom)}` : ""}`;
}
