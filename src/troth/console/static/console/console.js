// Conveniences only: every page works without this file.
// Tables and lists of links can be walked with the arrow keys, j and k; Home and End go to the ends.
document.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1, Home: -Infinity, End: Infinity }[event.key];
  const link = event.target.closest?.("tbody th a");
  if (!step || !link || event.ctrlKey || event.metaKey || event.altKey) return;
  const links = [...link.closest("tbody").querySelectorAll("th a")];
  const next = Math.max(0, Math.min(links.length - 1, links.indexOf(link) + step));
  links[next].focus();
  event.preventDefault();
});
// A second click on a button that was pressed would ask for the same thing twice.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.busy) return event.preventDefault();
  if (form.method === "post" && !form.dataset.again) form.dataset.busy = "yes";
});
addEventListener("pageshow", () => document.querySelectorAll("form[data-busy]").forEach((form) => delete form.dataset.busy));
