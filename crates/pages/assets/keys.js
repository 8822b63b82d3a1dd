// "/" leads to the search field of the page, or where it has none to the page that data-search-page of this module's tag
// names. Not while something is typed, nor together with another key.

const typing = (element) =>
  element.isContentEditable || element.matches("input, select, textarea");
const field = document.querySelector("[role=search] input[type=search], [role=search] input[type=text]");
const elsewhere = document.querySelector("script[data-search-page]")?.dataset.searchPage;

field?.setAttribute("aria-keyshortcuts", "/");

addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.altKey || event.metaKey || typing(event.target)) {
    return;
  }
  event.preventDefault();
  if (field) {
    field.focus();
    field.select();
  } else if (elsewhere) {
    location.assign(elsewhere);
  }
});
