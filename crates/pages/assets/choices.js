// Fills a list that depends on another choice as soon as that is made: an element with data-part-of (the other field's name) and
// data-set (the name of the list on this server). Without this script a button beside the list asks the server for it.

for (const part of document.querySelectorAll("[data-part-of]")) {
  const list = part.querySelector("select");
  const other = list.form.elements[part.dataset.partOf];
  const label = list.options[0]?.text ?? "";
  for (const spare of part.querySelectorAll("button, .hint")) spare.hidden = true;
  let newest = 0;

  other.addEventListener("change", async () => {
    const mine = ++newest;
    list.replaceChildren(new Option(label, ""));
    if (!other.value) return;
    list.setAttribute("aria-busy", "true");
    try {
      const path = [part.dataset.set, other.value, document.documentElement.lang].map(encodeURIComponent);
      const answer = await fetch("/declare/" + path.join("/"), { headers: { accept: "text/html" } });
      const html = await answer.text();
      // An answer that comes late must not replace a newer one.
      if (!answer.ok || mine !== newest) throw new Error(answer.status);
      list.insertAdjacentHTML("beforeend", html);
      if (list.dataset.wanted) list.value = list.dataset.wanted;
      delete list.dataset.wanted;
    } catch {
      for (const spare of part.querySelectorAll("button")) spare.hidden = mine !== newest;
    } finally {
      if (mine === newest) list.removeAttribute("aria-busy");
    }
  });
}
