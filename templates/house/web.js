"use strict";
(() => {
  const GAP = 10, SHIFT = 24, EDGE = 16, SHEET = "(max-width: 36rem)";
  let opener = null;
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[popovertarget]");
    if (button) opener = button;
    const open = event.target.closest("a.open, .card a[href^='#']");
    if (open) open.closest("[popover]").hidePopover();
  }, true);
  const place = (card) => {
    if (!opener || matchMedia(SHEET).matches) { card.style.left = card.style.top = ""; return; }
    const at = opener.getBoundingClientRect();
    const limit = { x: document.documentElement.clientWidth - card.offsetWidth - EDGE, y: innerHeight - card.offsetHeight - EDGE };
    const below = at.bottom + GAP, above = at.top - GAP - card.offsetHeight;
    card.style.left = Math.max(EDGE, Math.min(at.left - SHIFT, limit.x)) + "px";
    card.style.top = Math.max(EDGE, below <= limit.y || above < EDGE ? Math.min(below, limit.y) : above) + "px";
  };
  for (const card of document.querySelectorAll("[popover]")) {
    card.addEventListener("toggle", (event) => {
      const open = event.newState === "open";
      for (const one of document.querySelectorAll("button.n.open")) one.classList.remove("open");
      if (open && opener) { opener.classList.add("open"); place(card); }
    });
  }
  addEventListener("resize", () => { const card = document.querySelector("[popover]:popover-open"); if (card) place(card); });
  const scheme = document.getElementById("scheme"), root = document.documentElement;
  const dark = () => root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  const label = () => { scheme.textContent = dark() ? "Light" : "Dark"; scheme.setAttribute("aria-pressed", String(dark())); };
  scheme.addEventListener("click", () => { root.dataset.theme = dark() ? "light" : "dark"; label(); });
  label();
})();
