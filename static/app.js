/* Faster ways to do what every page can do without script. */
(function () {
  "use strict";
  var doc = document;
  var one = function (selector, within) { return (within || doc).querySelector(selector); };
  var all = function (selector, within) { return Array.prototype.slice.call((within || doc).querySelectorAll(selector)); };
  var composedAt = 0;
  var leaving = false;

  /* Keys that belong to an input method must never act on the page. */
  doc.addEventListener("compositionend", function () { composedAt = Date.now(); }, true);
  function composing(event) {
    return event.isComposing || event.keyCode === 229 || (event.key === "Enter" && Date.now() - composedAt < 50);
  }
  function typing(element) {
    return element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName);
  }
  function reveal(element) {
    if (element) { element.scrollIntoView({ block: "center" }); element.focus(); }
  }

  /* What was wrong: the summary takes the focus, its links lead into the field. */
  function focusProblems() {
    var summary = one("[data-focus]");
    if (summary) summary.focus();
  }
  doc.addEventListener("click", function (event) {
    var link = event.target.closest && event.target.closest(".errors a");
    if (!link) return;
    var target = doc.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (!target) return;
    event.preventDefault();
    var label = one("label,legend", target.closest(".f") || target);
    var field = target.tagName === "FIELDSET" ? one("input:checked,input", target) : target;
    (label || target).scrollIntoView({ block: "start" });
    field.focus({ preventScroll: true });
  });

  /* Menus close on Esc and on a click elsewhere. */
  function closeMenus(except) {
    all("details.menu[open]").forEach(function (menu) { if (menu !== except) menu.open = false; });
  }
  doc.addEventListener("click", function (event) { closeMenus(event.target.closest("details.menu")); });

  /* Rows of a list: j and k walk, Enter opens, x selects. */
  var row = -1;
  function rows() {
    return all("table[data-rows] tbody tr").filter(function (line) { return one("a", line); });
  }
  function walk(step) {
    var lines = rows();
    if (!lines.length) return;
    if (lines[row]) lines[row].classList.remove("sel");
    row = Math.max(0, Math.min(lines.length - 1, row + step));
    lines[row].classList.add("sel");
    reveal(one("a", lines[row]));
  }
  function select() {
    var line = rows()[row];
    var box = line && one("input[type=checkbox]", line);
    if (box) box.click();
  }

  /* Shortcuts; <body data-shortcuts="off"> is the account's switch. `data-key` names a control's key. */
  var GO = { m: "/my", c: "/cases", b: "/bulletins" };
  var going = 0;
  function shortcut(event) {
    var key = event.key;
    if (Date.now() - going < 1000 && GO[key]) { location.href = GO[key]; return true; }
    going = 0;
    if (key === "g") { going = Date.now(); return true; }
    if (key === "j" || key === "k") { walk(key === "j" ? 1 : -1); return true; }
    if (key === "x") { select(); return true; }
    if (key === "?") { location.href = "/help/shortcuts"; return true; }
    var control = all("[data-key]").filter(function (it) { return it.dataset.key === key && it.offsetParent !== null; })[0];
    if (!control) return false;
    if (typing(control)) control.focus(); else control.click();
    return true;
  }
  doc.addEventListener("keydown", function (event) {
    if (composing(event) || event.defaultPrevented) return;
    var target = event.target;
    if (event.key === "Enter" && event.ctrlKey && target.form) {
      var button = one("button[data-main]", target.form) || one("button:not([type=button])", target.form);
      if (button) { event.preventDefault(); button.click(); }
    } else if (event.key === "Escape") {
      escape(target);
    } else if (/^(F2)$/.test(event.key) || !(typing(target) || event.ctrlKey || event.altKey || event.metaKey)) {
      if (doc.body.dataset.shortcuts !== "off" && shortcut(event)) event.preventDefault();
    }
  });
  function escape(target) {
    var menu = target.closest("details.menu[open]");
    if (menu) { menu.open = false; one("summary", menu).focus(); return; }
    if (closeDrawer()) return;
    if (target.closest("[data-hits]") && cameFrom) { cameFrom.focus(); return; }
    if (typing(target)) target.blur();
  }

  /* Enter goes to the next field that is needed and empty; Shift+Enter goes back. */
  function editable(field) {
    return !field.disabled && !field.readOnly && field.type !== "hidden" && field.offsetParent !== null;
  }
  function wanting(field, form) {
    if (field.type === "radio") return field === one("[name='" + field.name + "']", form) && !one("[name='" + field.name + "']:checked", form);
    return "needed" in field.dataset && !field.value.trim();
  }
  function step(form, field, back) {
    var fields = all("input,select,textarea", form).filter(editable);
    var at = fields.indexOf(field);
    var rest = back ? fields.slice(0, at).reverse() : fields.slice(at + 1);
    var next = back ? rest[0] : rest.filter(function (it) { return wanting(it, form); })[0];
    reveal(next || (back ? null : one("button[data-main]", form) || one("button:not([type=button])", form)));
  }
  doc.addEventListener("keydown", function (event) {
    var form = event.target.form;
    if (event.key !== "Enter" || event.ctrlKey || composing(event) || event.defaultPrevented) return;
    if (!form || !("enterNext" in form.dataset) || /^(BUTTON|TEXTAREA)$/.test(event.target.tagName)) return;
    event.preventDefault();
    step(form, event.target, event.shiftKey);
  });
  doc.addEventListener("keydown", function (event) {
    var group = event.target.closest && event.target.closest("[data-digits]");
    if (!group || composing(event) || !/^[1-9]$/.test(event.key)) return;
    var choice = all("input", group)[event.key - 1];
    if (choice) { event.preventDefault(); choice.focus(); choice.click(); }
  });

  /* Counters. Characters are counted as the server counts them: by code point. */
  function count(area) {
    var line = doc.getElementById(area.id + "-count");
    if (!line) return;
    var length = Array.from(area.value).length;
    var over = length - area.dataset.limit;
    line.textContent = over > 0 ? "超出" + over + "字" : length + " / " + area.dataset.limit;
    line.classList.toggle("over", over > 0);
  }
  doc.addEventListener("input", function (event) { if (event.target.dataset && event.target.dataset.limit) count(event.target); });

  /* A pressed button says so and can't be pressed twice; the page that comes back is new. */
  doc.addEventListener("submit", function (event) {
    var form = event.target;
    if (event.defaultPrevented || form.method === "dialog") return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    leaving = true;
    if (form.method !== "post" || form.hasAttribute("hx-post")) return;
    form.dataset.sent = "1";
    var button = event.submitter || one("button:not([type=button])", form);
    if (button && button.classList.contains("btn")) setTimeout(function () {
      button.style.minWidth = button.offsetWidth + "px";
      button.setAttribute("aria-disabled", "true");
      button.textContent = button.dataset.busy || "正在保存…";
    });
  });
  /* What was typed is kept at its own address: going back to a form that was faulty asks for nothing to be sent again. */
  if (one("form[data-kept]")) history.replaceState(null, "", location.href);
  window.addEventListener("pageshow", function (event) { if (event.persisted) location.reload(); });

  /* A password can be shown. */
  function showPassword(field) {
    var button = doc.createElement("button");
    button.type = "button";
    button.className = "btn btn--q";
    button.textContent = "显示";
    button.setAttribute("aria-label", "显示密码");
    button.addEventListener("click", function () {
      var hidden = field.type === "password";
      field.type = hidden ? "text" : "password";
      button.textContent = hidden ? "隐藏" : "显示";
      button.setAttribute("aria-label", hidden ? "隐藏密码" : "显示密码");
    });
    field.parentNode.appendChild(button);
  }

  /* The browser's calendar beside a date that is typed. */
  function addCalendar(field) {
    var pick = doc.createElement("input");
    pick.type = "date";
    pick.className = "pick";
    // By keyboard the day is typed.
    pick.tabIndex = -1;
    pick.setAttribute("aria-label", "选择日期");
    if (/^\d{4}-\d\d-\d\d$/.test(field.value)) pick.value = field.value;
    pick.addEventListener("change", function () {
      field.value = pick.value;
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.focus();
    });
    field.parentNode.appendChild(pick);
  }

  /* Drafts: five seconds after a change and on leaving a field, of a form with `data-draft`. */
  function keepDraft(form) {
    var state = one("[data-draft-state]");
    var changed = false, timer = 0;
    function say(text, failed) {
      if (!state) return;
      state.textContent = text;
      state.classList.toggle("failed", !!failed);
    }
    function save() {
      clearTimeout(timer);
      if (!changed || leaving) return;
      changed = false;
      var body = new URLSearchParams();
      new FormData(form).forEach(function (value, name) { if (typeof value === "string" && !/password/.test(name)) body.append(name, value); });
      fetch("/drafts", { method: "POST", body: body, credentials: "same-origin", headers: { "x-draft": "1" } }).then(function (answer) {
        if (!answer.ok) throw new Error(answer.status);
        say("草稿已存" + new Date().toTimeString().slice(0, 8));
        doc.dispatchEvent(new Event("session-used"));
      }).catch(function () {
        changed = true;
        say("草稿没有存上，正在重试", true);
        timer = setTimeout(save, 5000);
      });
    }
    form.addEventListener("input", function () { changed = true; clearTimeout(timer); timer = setTimeout(save, 5000); });
    form.addEventListener("focusout", save);
    window.addEventListener("beforeunload", function (event) {
      if (changed && !leaving && !navigator.onLine) { event.preventDefault(); event.returnValue = ""; }
    });
  }

  /* Five minutes before the session ends (`data-session` is its length in minutes) a bar asks. */
  function watchSession(minutes) {
    var bar = null, timer = 0;
    function start() {
      clearTimeout(timer);
      timer = setTimeout(warn, Math.max(1, minutes - 5) * 60000);
    }
    function warn() {
      bar = doc.createElement("div");
      bar.className = "expiring";
      bar.setAttribute("role", "alert");
      bar.textContent = "5分钟后自动退出";
      var button = doc.createElement("button");
      button.className = "btn";
      button.type = "button";
      button.textContent = "继续使用";
      button.addEventListener("click", function () {
        fetch(location.href, { credentials: "same-origin", cache: "no-store" }).then(function (answer) {
          if (answer.ok && !answer.redirected) { bar.remove(); start(); } else location.reload();
        });
      });
      bar.appendChild(button);
      doc.body.appendChild(bar);
    }
    start();
    function used() { if (bar) bar.remove(); start(); }
    doc.addEventListener("htmx:afterRequest", used);
    doc.addEventListener("session-used", used);
  }

  /* The match panel: ↓ goes from a field to the first card, Enter takes it, Esc goes back. */
  var cameFrom = null;
  function cards() { return all("[data-hits] [data-hit]"); }
  doc.addEventListener("keydown", function (event) {
    if (composing(event) || !/^Arrow(Down|Up)$/.test(event.key)) return;
    var list = cards(), at = list.indexOf(event.target), down = event.key === "ArrowDown";
    if (at >= 0) {
      event.preventDefault();
      (list[at + (down ? 1 : -1)] || (down ? list[at] : cameFrom || list[at])).focus();
    } else if (down && list.length && event.target.matches("[data-match]")) {
      event.preventDefault();
      cameFrom = event.target;
      list[0].focus();
    }
  });

  /* The intake form: what doesn't apply is put away, and what was typed is looked for. */
  function chosen(form, name) {
    var field = form.elements[name];
    if (!field) return "";
    return field.type === "checkbox" && !field.checked ? "" : field.value;
  }
  function applies(form, condition) {
    var parts = condition.split("=");
    return parts[1].split(" ").indexOf(chosen(form, parts[0])) >= 0;
  }
  function settle(form) {
    all("[data-when]", form).forEach(function (part) {
      part.hidden = !applies(form, part.dataset.when) && !one("[data-problem]", part);
    });
    all("[data-unless]", form).forEach(function (part) { part.hidden = applies(form, part.dataset.unless); });
    all("[data-spare]", form).forEach(function (row) {
      row.hidden = !one("input", row).value && !one("input", row.previousElementSibling).value;
    });
    var people = +chosen(form, "people_count"), group = chosen(form, "visit_form") === "group", said = one("#people-said", form);
    if (said) said.textContent = group && people < 5 ? "少于5人，通常登记为个人访" : !group && people >= 5 ? "5人以上，通常登记为集体访" : "";
  }
  function complete(field) {
    var text = field.value.trim(), length = Array.from(text.replace(/\s/g, "")).length;
    if (field.id === "id_number") return length === 4 || length === 15 || length >= 17;
    if (field.id === "name") return length >= 2;
    if (field.id === "phone") return text.replace(/\D/g, "").length >= 11;
    return length >= 5 || field.tagName === "SELECT";
  }
  function watchIntake(form) {
    var timer = 0, asked = "";
    function look(field) {
      clearTimeout(timer);
      timer = setTimeout(function () {
        var now = all("[data-match]").map(function (it) { return it.value; }).join("|");
        if (now === asked || !complete(field)) return;
        asked = now;
        form.dispatchEvent(new Event("match"));
      }, 250);
    }
    doc.addEventListener("input", function (event) {
      if (event.target.form !== form) return;
      settle(form);
      if (event.target.matches("[data-match]") && !composing(event)) look(event.target);
    });
    doc.addEventListener("compositionend", function (event) { if (event.target.matches("[data-match]")) look(event.target); });
    doc.addEventListener("htmx:afterSettle", function () {
      var read = one("[data-read]");
      if (!read) return;
      var sex = one("[name=sex][value=" + read.dataset.sex + "]", form);
      if (sex) sex.checked = true;
      one("#birth_date", form).value = read.dataset.birth;
      if (!one("#region", form).value) one("#region", form).value = read.dataset.region;
    });
    settle(form);
  }

  /* A figure's source opens beside the table; Esc closes it and returns to the figure. */
  var figure = null;
  function closeDrawer() {
    var drawer = one("[data-drawer-here]");
    if (!drawer || drawer.hidden || !figure) return false;
    drawer.hidden = true;
    drawer.textContent = "";
    figure.setAttribute("aria-expanded", "false");
    figure.focus();
    figure = null;
    return true;
  }
  doc.addEventListener("click", function (event) {
    var close = event.target.closest("[data-drawer-close]");
    if (close) { if (closeDrawer()) event.preventDefault(); return; }
    var link = event.target.closest("a[data-drawer]");
    var drawer = one("[data-drawer-here]");
    if (!link || !drawer || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    fetch(link.href, { credentials: "same-origin", headers: { "HX-Request": "true" } }).then(function (answer) {
      if (!answer.ok || answer.redirected) throw new Error(answer.status);
      return answer.text();
    }).then(function (html) {
      if (figure) figure.setAttribute("aria-expanded", "false");
      figure = link;
      link.setAttribute("aria-expanded", "true");
      drawer.innerHTML = html;
      drawer.hidden = false;
      var title = one("h2", drawer);
      if (title) { title.tabIndex = -1; title.focus(); }
    }).catch(function () { location.href = link.href; });
  });

  /* Check boxes of a list: the whole page at once, and how many are chosen. */
  doc.addEventListener("change", function (event) {
    var box = event.target;
    if (!box.matches || !box.matches("table input[type=checkbox],[data-all]")) return;
    var table = box.closest("table") || one("table", box.form); /* on a phone the box stands in the bar */
    if ("all" in box.dataset) all("tbody input[type=checkbox],[data-all]", box.form).forEach(function (it) { it.checked = box.checked; });
    var chosen = all("tbody input:checked", table).length;
    all("[data-chosen]").forEach(function (it) { it.textContent = "已选" + chosen + "件"; });
    all("[data-bulk]").forEach(function (it) { it.hidden = chosen === 0; });
  });

  /* Files dropped on a drop zone go into its input. */
  all("[data-drop]").forEach(function (zone) {
    var input = one("input[type=file]", zone);
    ["dragenter", "dragover"].forEach(function (name) { zone.addEventListener(name, function (event) { event.preventDefault(); zone.classList.add("on"); }); });
    ["dragleave", "drop"].forEach(function (name) { zone.addEventListener(name, function () { zone.classList.remove("on"); }); });
    input.addEventListener("change", function () {
      var sum = Array.prototype.reduce.call(input.files, function (sum, file) { return sum + file.size; }, 0);
      input.setCustomValidity(sum > 52428800 ? "文件合计超过50MB，请分开上传，或先压缩扫描件" : "");
      input.reportValidity();
    });
    zone.addEventListener("drop", function (event) {
      event.preventDefault();
      input.files = event.dataTransfer.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
  });

  /* What is often written: one tap puts it into its field. */
  all("[data-phrases]").forEach(function (phrases) {
    var field = doc.getElementById(phrases.dataset.phrases);
    phrases.hidden = false;
    phrases.addEventListener("click", function (event) {
      var phrase = event.target.closest("button");
      if (!phrase) return;
      field.value = phrase.textContent;
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.focus();
    });
  });

  /* Printing: a sheet prints itself; 打印 works wherever it stands. */
  doc.addEventListener("click", function (event) { if (event.target.closest("[data-print-now]")) window.print(); });
  all("[data-print-now]").forEach(function (button) { button.hidden = false; });
  if ("print" in doc.body.dataset) {
    window.addEventListener("load", function () { window.print(); });
    reveal(one("[data-back]"));
  }

  function enhance(within) {
    all("textarea[data-limit]", within).forEach(count);
    all("input[data-date]", within).forEach(function (field) { if (!one(".pick", field.parentNode)) addCalendar(field); });
    all("input[type=password]", within).forEach(function (field) { if (!one("button", field.parentNode)) showPassword(field); });
  }
  enhance(doc);
  doc.addEventListener("htmx:load", function (event) { enhance(event.target); });
  all("form[data-draft]").forEach(keepDraft);
  all("form[data-intake]").forEach(watchIntake);
  all("[data-bulk]").forEach(function (bar) { bar.hidden = true; });
  all(".tabs [aria-current]").forEach(function (tab) { tab.parentNode.scrollLeft = tab.offsetLeft - 60; });
  if (doc.body.dataset.session) watchSession(+doc.body.dataset.session);
  focusProblems();
})();
