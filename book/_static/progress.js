// Which chapters were read to the end and which questions were answered: kept in this browser, and nowhere else.
// Where the browser keeps nothing, nothing is shown. The words are those of the page (book/_ext/progress.py).
"use strict";
(() => {
  const KEY = "xentcourse-progress";
  const load = () => {
    try {
      return JSON.parse(localStorage.getItem(KEY)) ?? {};
    } catch {
      return {};
    }
  };
  const save = (all) => {
    try {
      localStorage.setItem(KEY, JSON.stringify(all));
      return true;
    } catch {
      return false;
    }
  };

  /** Note on this page's entry: {read: true, answered: [ids]}. */
  const note = (change) => {
    const page = location.pathname.split("/").pop().replace(/\.html$/, "");
    const all = load();
    save({ ...all, [page]: change({ answered: [], ...all[page] }) });
    show();
  };

  const watch = (article) => {
    const answer = (event) => {
      const id = event.target.open && event.target.matches("details.answer") && event.target.closest(".question")?.id;
      if (id) note((entry) => ({ ...entry, answered: [...new Set([...entry.answered, id])] }));
    };
    article.addEventListener("toggle", answer, true); // the event does not rise by itself
    const end = article.querySelector(":scope > section > :last-child");
    const arrived = new IntersectionObserver(([entry]) => {
      if (entry.isIntersecting) note((before) => ({ ...before, read: true }));
    });
    if (end) arrived.observe(end);
  };

  const fill = (node, values) => {
    node.textContent = node.dataset.words.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  };

  /** Fill in what a row says of a page, and return its numbers. */
  const tell = (row, all) => {
    const { answered = [], read = false } = all[row.dataset.page] ?? {};
    const questions = Number(row.dataset.questions);
    const values = { read: Number(read), answered: Math.min(answered.length, questions), questions };
    row.querySelector(".xp-done").hidden = !read;
    fill(row.querySelector(".xp-answered"), values);
    return values;
  };

  const showAll = (box) => {
    const rows = [...box.querySelectorAll("[data-page]")].map((row) => tell(row, load()));
    const sum = (name) => rows.reduce((total, row) => total + row[name], 0);
    const total = { read: sum("read"), pages: rows.length, answered: sum("answered"), questions: sum("questions") };
    fill(box.querySelector(".xp-total"), total);
    box.querySelector("progress").value = (total.read + total.answered) / (total.pages + total.questions);
    box.hidden = false;
  };

  /** What this page shows: the list of all pages, or the line about itself. */
  const show = () => {
    const [box, here] = [".xp-progress", ".xp-here"].map((name) => document.querySelector(name));
    if (box) showAll(box);
    if (!here) return;
    tell(here, load());
    here.classList.add("xp-known");
  };

  document.addEventListener("DOMContentLoaded", () => {
    if (!save(load())) return;
    const article = document.querySelector("article");
    if (article) watch(article);
    document.querySelector(".xp-progress button")?.addEventListener("click", () => {
      localStorage.removeItem(KEY);
      show();
    });
    show();
    // Another page may have changed it while this one lay behind it, or beside it.
    addEventListener("pageshow", (event) => event.persisted && show());
    addEventListener("storage", show);
  });
})();
