// Keeps what is typed into a form with data-draft on this device until it was sent, so that nothing is lost with the page. Its name
// has the account in it: what one typed is not shown to another. Fields that nobody touched are not kept, since the page may fill
// them in the next time; nor are boxes of consent and hidden fields, but for the ticket, by which a form that is sent twice counts
// once: it stays the same as long as the answers do. A page with data-sent says that the last form arrived: its draft is deleted
// then, and drafts that nobody touched for a week are deleted anyway.

const PREFIX = "bluezone-draft/";
const SENT = "bluezone-draft-sent";
const LASTS_MS = 7 * 24 * 3600 * 1000;

const kept = (field) =>
  field.name && !field.name.startsWith("consent-") && !["hidden", "submit", "button", "file", "password"].includes(field.type);

const read = (key) => {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
};

const tidy = () => {
  for (const key of Object.keys(localStorage).filter((key) => key.startsWith(PREFIX))) {
    if (!(read(key)?.at > Date.now() - LASTS_MS)) localStorage.removeItem(key);
  }
};

const isBox = (field) => field.type === "checkbox" || field.type === "radio";

// Whether the page had filled it in.
const byPage = (field) => {
  if (isBox(field)) return field.defaultChecked;
  if (field.tagName !== "SELECT") return field.defaultValue !== "";
  return [...field.options].some((option) => option.defaultSelected && option.value !== "");
};

const fill = (form, values) => {
  for (const field of [...form.elements].filter(kept)) {
    const value = values[field.name];
    if (value === undefined) continue;
    if (isBox(field)) {
      field.checked = value.includes(field.value);
    } else if (field.tagName === "SELECT" && ![...field.options].some((option) => option.value === value[0])) {
      // Its list is not there yet.
      field.dataset.wanted = value[0];
    } else {
      field.value = value[0] ?? "";
    }
    if (field.tagName === "SELECT") field.dispatchEvent(new Event("change", { bubbles: true }));
  }
  form.dispatchEvent(new Event("input", { bubbles: true }));
};

const follow = (form) => {
  const key = PREFIX + form.dataset.draft;
  const draft = read(key);
  // A form that comes back to be mended holds what was sent.
  if (draft && !document.querySelector(".alert.bad")) fill(form, draft.values);
  const before = draft?.values ?? {};
  const touched = new Set(Object.keys(before));
  // Whether it arrived is not known until a page says so: the same answers go out under the same ticket, others under another.
  const save = (sending) => {
    const fields = [...form.elements].filter(kept);
    const values = {};
    for (const { name } of fields.filter((field) => touched.has(field.name))) {
      const alike = fields.filter((field) => field.name === name);
      const given = alike.filter((field) => !isBox(field) || field.checked).map((field) => field.value || (field.dataset.wanted ?? ""));
      // Empty is an answer only where the page had filled something in, now or before the form came back to be mended.
      const emptied = alike.some(byPage) || before[name]?.every((value) => value === "");
      if (given.some(Boolean) || emptied) values[name] = given;
    }
    const data = new FormData(form);
    const answers = JSON.stringify(Object.fromEntries(fields.map(({ name }) => [name, data.getAll(name)])));
    const sent = read(key)?.sent;
    const other = sent !== undefined && sent !== answers;
    if (other) renew(form);
    const ticket = form.elements.ticket?.value;
    localStorage.setItem(key, JSON.stringify({ at: Date.now(), values, ticket, sent: sending ? answers : other ? undefined : sent }));
  };
  for (const event of ["input", "change"]) {
    form.addEventListener(event, ({ target }) => {
      touched.add(target.name);
      save(false);
    });
  }
  form.addEventListener("submit", () => {
    save(true);
    sessionStorage.setItem(SENT, key);
  });
  for (const note of form.querySelectorAll(".draft-note")) note.hidden = false;
  form.querySelector("[data-forget]")?.addEventListener("click", () => {
    form.reset();
    form.dispatchEvent(new Event("input", { bubbles: true }));
    touched.clear();
    localStorage.removeItem(key);
  });
};

const renew = (form, ticket = window.crypto?.randomUUID?.()) => {
  if (form.elements.ticket && ticket) form.elements.ticket.value = ticket;
};

// A page that was kept for times without a connection is filled in more than once: without a draft, its ticket is a new one.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-draft]")) renew(form, read(PREFIX + form.dataset.draft)?.ticket);
});

try {
  tidy();
  if (document.querySelector("[data-sent]") && sessionStorage.getItem(SENT)) {
    localStorage.removeItem(sessionStorage.getItem(SENT));
    sessionStorage.removeItem(SENT);
  }
  document.querySelectorAll("form[data-draft]").forEach(follow);
} catch {
  // A browser that keeps nothing: the form works without drafts.
}
