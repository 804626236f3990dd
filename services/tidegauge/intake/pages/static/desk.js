// The little that the pages do in the browser: the state of the connection, changes that wait while the
// reader is deciding, one open choice at a time, the language of an explanation, and errors in words.
"use strict";

(() => {
  const byId = (id) => document.getElementById(id);

  // --- connection ---------------------------------------------------------------------------------
  let opened = 0;
  const connection = (state, words) => {
    const box = byId("connection");
    if (!box) return;
    box.className = `connection ${state}`;
    if (byId("connection-words").textContent !== words) byId("connection-words").textContent = words;
  };
  document.addEventListener("htmx:sseOpen", () => {
    opened += 1;
    connection("on", "Live");
    if (opened > 1) window.htmx.trigger("#situations", "refresh"); // what was missed while the line was down
  });
  const lost = () => connection("lost", "Connection lost; trying again");
  document.addEventListener("htmx:sseError", lost);
  window.addEventListener("offline", lost);

  // --- changes wait while a choice is open ----------------------------------------------------------
  const busy = () => document.querySelector("#situations details.act[open]") !== null;
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.elt.id !== "situations" || !busy()) return;
    event.preventDefault();
    byId("pending").hidden = false;
  });
  const catchUp = () => {
    if (byId("pending") === null || byId("pending").hidden || busy()) return;
    byId("pending").hidden = true;
    window.htmx.trigger("#situations", "refresh");
  };
  // The form that the reader used is gone: the focus moves to what was done, with its way back.
  document.addEventListener("htmx:oobAfterSwap", (event) => event.detail.target.id === "said" && byId("said").focus());
  document.addEventListener("htmx:afterSwap", () => {
    if (byId("pending") && !busy()) byId("pending").hidden = true;
  });
  document.addEventListener("click", (event) => {
    if (event.target.id === "refresh") closeAll(null);
    const inside = event.target.closest("details.act");
    closeAll(inside);
  });
  document.addEventListener("keydown", (event) => {
    const inside = event.key === "Escape" && document.querySelector("details.act[open]");
    if (!inside) return;
    closeAll(null);
    inside.querySelector("summary").focus();
  });
  document.addEventListener("toggle", (event) => event.target.matches("details.act") && catchUp(), true);
  function closeAll(except) {
    for (const each of document.querySelectorAll("details.act[open]")) if (each !== except) each.open = false;
  }

  // --- errors in words ------------------------------------------------------------------------------
  const trouble = (words) => {
    byId("trouble").textContent = words;
    byId("trouble").hidden = false;
    window.setTimeout(() => { byId("trouble").hidden = true; }, 8000);
  };
  document.addEventListener("htmx:responseError", (event) => {
    let words = "The desk could not do that.";
    try { words = JSON.parse(event.detail.xhr.responseText).detail || words; } catch { /* not one of our documents */ }
    trouble(words);
  });
  document.addEventListener("htmx:sendError", () => trouble("The desk cannot be reached; nothing was changed."));

  // --- language ---------------------------------------------------------------------------------------
  const LANGUAGE = "tidegauge-language";
  const speak = (language) => {
    for (const each of document.querySelectorAll("[data-lang]")) each.hidden = each.dataset.lang !== language;
    for (const each of document.querySelectorAll("[data-show]")) each.setAttribute("aria-pressed", String(each.dataset.show === language));
  };
  document.addEventListener("click", (event) => {
    const language = event.target.closest("[data-show]")?.dataset.show;
    if (!language) return;
    window.localStorage.setItem(LANGUAGE, language);
    speak(language);
  });
  if (document.querySelector("[data-show]")) speak(window.localStorage.getItem(LANGUAGE) || "en");
})();
