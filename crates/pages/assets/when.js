// Shows only the questions that apply: an element with data-when, a JSON list of [field, operator, value], is hidden and its
// fields are left out while not all (with data-any: none) of the conditions hold. A box with data-exclusive unticks the others of
// its name, and they untick it. Without this script everything is shown and says when it applies.

const compare = {
  "=": (a, b) => a === b,
  "!=": (a, b) => a !== b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
};

const holds = (form, [field, operator, wanted]) => {
  // Fields that are left out are not in it.
  const given = new FormData(form).getAll(field).filter((value) => value !== "");
  if (operator === "exists") return given.length > 0 === wanted;
  const read = typeof wanted === "number" ? (text) => Number(text.replace(",", ".")) : (text) => text;
  return given.some((value) => compare[operator](read(value), wanted));
};

for (const form of document.querySelectorAll("form")) {
  const parts = [...form.querySelectorAll("[data-when]")];
  for (const words of form.querySelectorAll(".when-words")) words.hidden = true;

  // Conditions look back only: one pass from the top is enough.
  const update = () => {
    for (const part of parts) {
      const found = JSON.parse(part.dataset.when).map((one) => holds(form, one));
      part.hidden = !("any" in part.dataset ? found.some(Boolean) : found.every(Boolean));
      for (const field of part.querySelectorAll("input, select, textarea, button")) {
        field.disabled = field.closest("[data-when][hidden]") !== null;
      }
    }
  };

  form.addEventListener("change", ({ target }) => {
    if (target.type === "checkbox" && target.checked) {
      for (const other of form.querySelectorAll(`input[type="checkbox"][name="${CSS.escape(target.name)}"]`)) {
        const apart = "exclusive" in target.dataset || "exclusive" in other.dataset;
        if (other !== target && apart) other.checked = false;
      }
    }
    update();
  });
  form.addEventListener("input", update);
  update();
}
