// Filters by severity and rule. What is chosen stands in the address (#severity=error,warning&rule=AIB501), so a view can be passed on.
"use strict";
(() => {
  const form = document.querySelector(".filters");
  const boxes = [...form.querySelectorAll("input[type=checkbox]")];
  const rules = form.querySelector("select");
  const findings = [...document.querySelectorAll(".finding")];

  const show = () => {
    const wanted = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
    let visible = 0;
    for (const finding of findings) {
      const { severity, rule } = finding.dataset;
      finding.hidden = !wanted.has(severity) || (rules.value !== "" && rules.value !== rule);
      visible += finding.hidden ? 0 : 1;
    }
    const left = (element) => element.dataset.of.split(" ").filter((id) => !document.getElementById(id).hidden);
    for (const mark of document.querySelectorAll("mark[data-of]")) {
      const shown = left(mark).length > 0;
      mark.style.background = shown ? "" : "none";
      mark.style.borderBottomColor = shown ? "" : "transparent";
    }
    for (const badge of document.querySelectorAll("a.badge[data-of]")) {
      const ids = left(badge);
      badge.hidden = ids.length === 0;
      badge.textContent = String(ids.length);
      if (ids.length) badge.href = "#" + ids[0];
    }
    for (const stage of document.querySelectorAll("li[data-of]")) stage.classList.toggle("marked", left(stage).length > 0);
    // A file is out of the way when none of its findings is wanted; one without findings when a rule is.
    for (const section of document.querySelectorAll("main section")) {
      const own = [...section.querySelectorAll(".finding")];
      section.hidden = own.length ? own.every((finding) => finding.hidden) : rules.value !== "";
    }
    form.querySelector("output").textContent = `${visible} of ${findings.length} shown`;
  };

  const read = () => {
    const chosen = new URLSearchParams(location.hash.slice(1));
    if (chosen.has("severity")) {
      const wanted = chosen.get("severity").split(",");
      for (const box of boxes) box.checked = wanted.includes(box.value);
    }
    if (chosen.has("rule")) rules.value = chosen.get("rule");
    show();
  };

  form.addEventListener("change", () => {
    const chosen = new URLSearchParams({
      severity: boxes.filter((box) => box.checked).map((box) => box.value).join(","),
      rule: rules.value,
    });
    history.replaceState(null, "", "#" + chosen.toString());
    show();
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  window.addEventListener("hashchange", read);
  form.hidden = false;
  read();
})();
