"use strict";
// Everything works without this script. It keeps pages up to date, says honestly when it cannot, and offers keys.
(() => {
  const body = document.body;
  const status = document.getElementById("live-state");
  const asOf = document.getElementById("as-of");
  let lastHeard = Date.now();
  let lastLook = Date.now();
  let looking = false;
  let wanted = false;
  let stream = null;

  // Times.
  const units = [["day", 86400], ["h", 3600], ["min", 60], ["s", 1]];
  const relative = (seconds) => {
    const past = seconds >= 0;
    const [name, size] = units.find(([unit, size]) => Math.abs(seconds) >= size * (unit === "day" ? 2 : 1)) || units[3];
    const count = Math.floor(Math.abs(seconds) / size);
    if (name === "s" && count < 5) return past ? "just now" : "now";
    const text = `${count} ${name}${name === "day" && count !== 1 ? "s" : ""}`;
    return past ? `${text} ago` : `in ${text}`;
  };
  const showTimes = () => {
    for (const time of document.querySelectorAll("time[data-relative]")) {
      const at = Date.parse(time.dateTime);
      if (!Number.isNaN(at)) time.textContent = relative((Date.now() - at) / 1000);
    }
  };
  const say = (text, state) => {
    if (!status || status.textContent === text) return;
    status.textContent = text;
    status.className = `live-state ${state}`;
  };
  // As the page itself writes it: whoever compares two screens has one clock.
  const clock = (at) => `${new Date(at).toISOString().slice(11, 19)} UTC`;

  // Live parts: the page is asked for again, and each part that changed takes the place of the old one.
  const isSelecting = () => {
    const selection = getSelection();
    return selection !== null && !selection.isCollapsed && [...document.querySelectorAll("[data-live]")].some((part) => selection.containsNode(part, true));
  };
  const isBusy = () => document.querySelector("dialog[open], details.act[open]") !== null || isSelecting() ||
    ["INPUT", "TEXTAREA", "SELECT"].includes(document.activeElement?.tagName) && document.activeElement.closest("[data-live]") !== null;
  // Where somebody is in a part, and how far they moved what moves within it: it is found again in what takes its place.
  const stops = (part) => [...part.querySelectorAll("a[href], button, summary, [tabindex]")];
  const moved = (part) => [...part.querySelectorAll(".scroll, .source, pre")];
  const name = (stop) => `${stop.tagName} ${stop.id} ${stop.getAttribute("href") || stop.getAttribute("aria-label") || stop.textContent.trim()}`;
  const placeIn = (part) => {
    const stop = document.activeElement;
    const alike = part.contains(stop) && stop !== part ? stops(part).filter((other) => name(other) === name(stop)) : null;
    return { has: part.contains(stop), name: alike && name(stop), at: alike?.indexOf(stop) ?? -1, moved: moved(part).map((box) => [box.scrollLeft, box.scrollTop]) };
  };
  const goBack = (part, place) => {
    const boxes = moved(part);
    if (boxes.length === place.moved.length) boxes.forEach((box, index) => { [box.scrollLeft, box.scrollTop] = place.moved[index]; });
    if (!place.has) return;
    const alike = place.name === null ? [] : stops(part).filter((other) => name(other) === place.name);
    // What is gone leaves its place, and not the focus on something else to do.
    if (alike.length === 0) part.tabIndex = -1;
    (alike[Math.max(0, Math.min(place.at, alike.length - 1))] || part).focus({ preventScroll: true });
  };
  const replace = (page) => {
    for (const part of document.querySelectorAll("[data-live]")) {
      const fresh = page.getElementById(part.id);
      if (!fresh || fresh.isEqualNode(part) || part.dataset.shown === fresh.outerHTML) continue;
      const shown = fresh.outerHTML;
      const open = [...part.querySelectorAll("details[open][id]")].map((details) => details.id);
      const place = placeIn(part);
      const node = document.importNode(fresh, true);
      node.dataset.shown = shown;
      part.replaceWith(node);
      for (const id of open) document.getElementById(id)?.setAttribute("open", "");
      goBack(node, place);
    }
    const count = page.getElementById("issue-count");
    const own = document.getElementById("issue-count");
    if (count && own) { own.textContent = count.textContent; own.hidden = count.hidden; }
    showTimes();
  };
  const look = () => {
    if (looking || isBusy() || Date.now() - lastLook < 2000) {
      wanted = true;
      if (isSelecting()) say("stands still while text is selected", "");
      return;
    }
    looking = true;
    wanted = false;
    lastLook = Date.now();
    const request = new XMLHttpRequest();
    request.open("GET", location.href);
    // A document read by the browser itself: no text becomes markup here.
    request.responseType = "document";
    request.setRequestHeader("X-Fairlead-Live", "1");
    request.timeout = 15000;
    request.onloadend = () => {
      looking = false;
      if (request.status === 200 && request.response?.getElementById("main")) {
        lastHeard = Date.now();
        replace(request.response);
        if (asOf) asOf.textContent = clock(lastHeard);
        say("live", "is-live");
      } else if (request.status === 401 || request.response?.body?.classList.contains("signed-out")) {
        say("signed out: what is shown stands still", "is-off");
        stop();
      } else {
        lost();
      }
    };
    request.send();
  };
  const lost = () => say(`disconnected since ${clock(lastHeard)}`, "is-off");
  const stop = () => { stream?.close(); stream = null; clearInterval(poll); };
  const listen = () => {
    if (!window.EventSource || stream) return;
    stream = new EventSource("/live");
    stream.addEventListener("changed", look);
    stream.addEventListener("tick", () => { if (Date.now() - lastLook > 12000) look(); });
    stream.addEventListener("open", () => { if (status?.classList.contains("is-off")) look(); });
    stream.addEventListener("error", () => { if (stream?.readyState === EventSource.CLOSED) stream = null; });
  };
  const isLive = body.dataset.refresh === "1";
  const poll = setInterval(() => {
    if (!isLive || document.hidden) return;
    listen();
    if (wanted || Date.now() - lastLook > 20000) look();
  }, 5000);
  if (isLive) {
    say("live", "is-live");
    listen();
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) { stream?.close(); stream = null; } else { listen(); look(); }
    });
    window.addEventListener("offline", lost);
    window.addEventListener("online", look);
    window.addEventListener("pagehide", () => stream?.close());
  }
  setInterval(showTimes, 10000);
  showTimes();
  // On a phone the names of the pages are one line, which moves: the present one is in the window.
  const side = document.querySelector(".side"), here = side?.querySelector("[aria-current]");
  if (here) side.scrollLeft = here.offsetLeft - side.offsetLeft - (side.clientWidth - here.offsetWidth) / 2;
  // Of a wide picture the present state is shown first.
  for (const box of document.querySelectorAll(".scroll")) {
    const present = box.querySelector(".box.is")?.getBoundingClientRect();
    if (present) box.scrollLeft += Math.max(0, present.right + 12 - box.getBoundingClientRect().right);
  }

  // Dialogs: what stands behind a summary without the script opens as a dialog with it.
  document.addEventListener("click", (event) => {
    const summary = event.target.closest("details.act > summary");
    if (summary) {
      event.preventDefault();
      openDialog(summary.parentElement);
    }
    const shut = event.target.closest("[data-close]");
    if (shut) shut.closest("dialog")?.close();
    const copy = event.target.closest("[data-copy]");
    if (copy) copyText(copy);
  });
  const openDialog = (details) => {
    const panel = details.querySelector(".panel");
    if (!panel) return;
    const dialog = document.createElement("dialog");
    const heading = panel.querySelector("h2, h3");
    if (heading) { heading.id = heading.id || `heading-${Date.now()}`; dialog.setAttribute("aria-labelledby", heading.id); }
    const home = document.createComment("");
    panel.before(home);
    dialog.append(panel);
    panel.classList.remove("panel");
    body.append(dialog);
    dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
    dialog.addEventListener("close", () => {
      panel.classList.add("panel");
      home.replaceWith(panel);
      dialog.remove();
      details.querySelector("summary")?.focus();
      if (wanted) look();
    });
    dialog.showModal();
    dialog.querySelector("textarea, input:not([type=hidden])")?.focus();
  };
  // Over plain http there is no clipboard: then the text is selected, to be copied by hand.
  const copyText = async (button) => {
    const source = document.getElementById(button.dataset.copy);
    if (!source) return;
    try {
      await navigator.clipboard.writeText(source.textContent.trim());
      button.textContent = "Copied";
    } catch {
      getSelection()?.selectAllChildren(source);
      button.textContent = "Press Ctrl C";
    }
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    for (const button of form.querySelectorAll("button")) button.setAttribute("aria-disabled", "true");
  });
  window.addEventListener("pageshow", () => { for (const form of document.forms) delete form.dataset.sent; });

  // Keys. Who speaks to their machine, or hits keys unawares, switches them off.
  const places = JSON.parse(body.dataset.keys || "{}");
  const kept = (value) => {
    try { return value === undefined ? localStorage.getItem("keys") : localStorage.setItem("keys", value); } catch { return null; }
  };
  let keysWork = kept() !== "off";
  const keysBox = document.getElementById("keys-work");
  if (keysBox) keysBox.checked = keysWork;
  keysBox?.addEventListener("change", () => { keysWork = keysBox.checked; kept(keysWork ? "on" : "off"); });
  const showKeys = document.getElementById("show-keys");
  if (showKeys) {
    showKeys.hidden = false;
    showKeys.addEventListener("click", () => document.getElementById("keys")?.showModal());
  }
  let afterG = 0;
  document.addEventListener("keydown", (event) => {
    if (!keysWork) return;
    const target = event.target;
    if (event.ctrlKey || event.metaKey || event.altKey || target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName)) return;
    if (document.querySelector("dialog[open]")) return;
    if (event.key === "/") {
      event.preventDefault();
      document.getElementById("search")?.focus();
    } else if (event.key === "?") {
      event.preventDefault();
      document.getElementById("keys")?.showModal();
    } else if (event.key === "g") {
      afterG = Date.now();
    } else if (Date.now() - afterG < 1500 && places[event.key]) {
      location.href = places[event.key];
    } else if (event.key === "j" || event.key === "k") {
      const links = [...document.querySelectorAll("[data-row]")];
      const at = links.indexOf(document.activeElement);
      links[Math.max(0, Math.min(links.length - 1, at + (event.key === "j" ? 1 : -1)))]?.focus();
    }
  });

  // A whole delivery, pasted: it is too long for an address, and names people.
  const find = document.querySelector("form.find");
  const search = () => {
    find.method = "get";
    find.action = "/orders";
    find.querySelector("input[name=csrf]")?.remove();
    delete find.dataset.sent;
  };
  // Whoever went back, or stopped it, has the form as it was sent.
  if (find) window.addEventListener("pageshow", search);
  find?.addEventListener("submit", () => {
    search();
    if (!find.q.value.trim().startsWith("{")) return;
    find.method = "post";
    find.action = "/orders/delivery";
    const token = document.createElement("input");
    [token.type, token.name, token.value] = ["hidden", "csrf", find.dataset.csrf];
    find.append(token);
  });

  // A sign-in for one use that was printed for somebody: what follows # stands in no request line and no log.
  const code = document.getElementById("code");
  if (code && location.hash.startsWith("#code=") && ["127.0.0.1", "localhost", "[::1]"].includes(location.hostname)) {
    code.value = decodeURIComponent(location.hash.slice(6));
    history.replaceState(null, "", location.pathname + location.search);
    code.form.submit();
  }

  // Whoever came from another site's link is signed in, though the browser did not say so at first.
  const next = document.getElementById("signed-in-next");
  if (next) {
    const request = new XMLHttpRequest();
    request.open("GET", "/signed-in");
    request.onload = () => { if (request.status === 204) location.replace(next.getAttribute("href")); };
    request.send();
  }
})();
