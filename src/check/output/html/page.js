"use strict";
// Which rules are shown, and where a jump lands. Without a script all is shown and links jump all the same.
for (const button of document.querySelectorAll("[data-show]")) {
  button.addEventListener("click", () => {
    document.body.classList.toggle("found-only", button.dataset.show === "found");
    for (const other of document.querySelectorAll("[data-show]")) {
      other.setAttribute("aria-pressed", String(other === button));
    }
  });
}
const land = () => {
  const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
  if (!target) return;
  for (let box = target.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
  target.scrollIntoView();
  if (target.matches("section")) target.focus({ preventScroll: true });
};
addEventListener("hashchange", land);
land();
