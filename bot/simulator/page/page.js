// The chat page: it shows what the stream of changes says, and tells the simulator what the person does.
// It keeps no state of its own that a new snapshot would not restore.

import { element, renderMessage } from "./render.js";
import { dayOf, language, text } from "./strings.js";

const TYPING_MILLISECONDS = 5000;
const TOAST_MILLISECONDS = 4000;

const main = document.querySelector("main");
const tabs = document.querySelector(".tabs");
const chats = new Map(); // by id: a ChatPanel
let commands = [];

class ChatPanel {
  constructor(chat) {
    this.id = chat.id;
    this.messages = new Map(); // by message id, in order
    this.unread = 0;
    this.follows = true; // stays at the last message, unless the person has scrolled up
    this.node = document.querySelector("#chat").content.firstElementChild.cloneNode(true);
    const find = (selector) => this.node.querySelector(selector);
    this.parts = {
      list: find(".messages"), empty: find(".empty"), status: find(".chat-status"), block: find(".block"),
      commands: find(".commands"), below: find(".below"), form: find("form"), speaker: find(".speaker"), menu: find(".menu"), box: find("textarea"),
    };
    this.tab = element("button", { type: "button", role: "tab", id: `tab-${chat.id}`, onclick: () => show(this) });
    this.prepare(chat, find);
    this.listen(find);
    this.update(chat);
  }

  prepare(chat, find) {
    this.node.dataset.chat = chat.id;
    this.node.setAttribute("aria-label", text.chatWith(chat.title));
    this.parts.list.setAttribute("aria-label", text.messagesOf(chat.title));
    this.parts.box.setAttribute("aria-label", text.box);
    this.parts.box.placeholder = text.box;
    this.parts.menu.setAttribute("aria-label", text.menu);
    find(".send").setAttribute("aria-label", text.send);
    find("h2 bdi").textContent = chat.title;
    find(".avatar").textContent = chat.title.trim().charAt(0);
    this.node.style.setProperty("--hue", String((Math.abs(chat.id) * 47) % 360));
    fillWords(this.node);
  }

  listen(find) {
    const { form, box, menu, block, list, below } = this.parts;
    find(".start").onclick = () => this.say("/start");
    menu.onclick = () => this.toggleMenu();
    block.onclick = () => this.send("block", { blocked: !this.chat.blocked });
    form.onsubmit = (event) => {
      event.preventDefault();
      const words = box.value.trim();
      box.value = "";
      box.focus();
      if (words) this.say(words);
    };
    box.onkeydown = (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        form.requestSubmit();
      }
    };
    this.node.onkeydown = (event) => event.key === "Escape" && this.toggleMenu(false);
    below.onclick = () => this.scrollToEnd();
    let top = 0;
    list.onscroll = () => {
      if (list.scrollTop < top) this.follows = false;
      if (this.atEnd()) this.follows = true;
      if (this.follows) this.setUnread(0);
      top = list.scrollTop;
    };
    new ResizeObserver(() => this.follows && this.scrollToEnd()).observe(list);
  }

  update(chat) {
    this.chat = chat;
    const alone = chat.kind === "private";
    const away = alone ? text.blocked : text.removed;
    const calm = alone ? text.person : text.group(chat.people.map((person) => person.name));
    this.parts.status.textContent = chat.blocked ? away : calm;
    this.parts.block.textContent = chat.blocked ? (alone ? text.unblock : text.restore) : alone ? text.block : text.remove;
    this.node.classList.toggle("blocked", chat.blocked);
    const select = this.parts.speaker.querySelector("select");
    const chosen = select.value;
    this.parts.speaker.hidden = alone;
    select.replaceChildren(...chat.people.map((person) => element("option", { value: person.id }, person.name)));
    if (chosen) select.value = chosen;
    this.setUnread(this.unread);
  }

  showCommands() {
    const items = commands.map(({ command, description }) =>
      element("li", {}, element("button", { type: "button", onclick: () => this.say(`/${command}`) },
        element("b", { dir: "ltr" }, `/${command}`), element("span", { dir: "auto" }, description))));
    this.parts.commands.replaceChildren(...items);
    this.parts.menu.hidden = items.length === 0;
  }

  toggleMenu(open = this.parts.commands.hidden) {
    this.parts.commands.hidden = !open;
    this.parts.menu.setAttribute("aria-expanded", String(open));
  }

  put(message) {
    const follow = this.follows || !message.from.is_bot;
    const known = this.messages.has(message.id);
    this.messages.set(message.id, message);
    if (known) this.change(message);
    else this.append(message).classList.add("fresh");
    if (message.from.is_bot) this.setTyping(false);
    if (follow) this.scrollToEnd();
    if (!known && message.from.is_bot && !(follow && this.visible())) this.setUnread(this.unread + 1);
  }

  /** An edited message, and what quotes it. */
  change(message) {
    this.item(message.id)?.replaceWith(this.render(message));
    const quotes = this.parts.list.querySelectorAll(`[data-answers="${message.id}"] .begin`);
    for (const begin of quotes) begin.textContent = message.text;
  }

  goTo(id) {
    const item = this.item(id);
    item?.scrollIntoView({ block: "center" });
    item?.classList.remove("found");
    requestAnimationFrame(() => item?.classList.add("found"));
  }

  append(message) {
    const day = dayOf(new Date(message.sent_at));
    if (day !== this.lastDay) this.parts.list.append(element("li", { className: "day", role: "separator" }, day));
    this.lastDay = day;
    const item = this.render(message);
    this.parts.list.append(item);
    this.parts.empty.hidden = true;
    return item;
  }

  render(message) {
    const act = { say: (words) => this.say(words), press: (data) => this.press(message.id, data), goTo: (id) => this.goTo(id) };
    return renderMessage(message, { named: this.chat.kind !== "private", answered: this.messages.get(message.reply_to), act });
  }

  replaceAll(messages) {
    this.messages.clear();
    this.lastDay = undefined;
    this.parts.list.replaceChildren();
    this.parts.empty.hidden = false;
    for (const message of messages) {
      this.messages.set(message.id, message);
      this.append(message);
    }
    this.scrollToEnd();
  }

  remove(id) {
    this.messages.delete(id);
    this.item(id)?.remove();
  }

  item(id) {
    return this.parts.list.querySelector(`[data-message="${id}"]`);
  }

  speaker() {
    const { speaker } = this.parts;
    return speaker.hidden ? {} : { as: Number(speaker.querySelector("select").value) };
  }

  say(words) {
    this.toggleMenu(false);
    return this.send("say", { text: words });
  }

  async press(id, data) {
    this.setBusy(id, data, true);
    if (!(await this.send("press", { message_id: id, data }))) this.setBusy(id, data, false);
  }

  setBusy(id, data, busy) {
    for (const key of this.item(id)?.querySelectorAll(".key[data-data]") ?? []) {
      if (busy ? key.dataset.data === data : true) key.setAttribute("aria-busy", String(busy));
    }
  }

  /** Tell the simulator; false when it refused, and the person has been told why. */
  async send(what, details) {
    try {
      const response = await fetch(`/local/chats/${this.id}/${what}`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ ...details, ...this.speaker() }),
      });
      if (!response.ok) this.toast(`${text.failed}: ${(await response.json()).description}`);
      return response.ok;
    } catch {
      this.toast(text.failed);
      return false;
    }
  }

  toast(words) {
    const node = element("p", { className: "toast", dir: "auto" }, words);
    this.node.querySelector(".toasts").append(node);
    setTimeout(() => node.remove(), TOAST_MILLISECONDS);
  }

  setTyping(typing) {
    clearTimeout(this.typingTimer);
    this.node.classList.toggle("typing", typing);
    if (typing) {
      this.parts.status.textContent = text.typing;
      this.typingTimer = setTimeout(() => this.setTyping(false), TYPING_MILLISECONDS);
    } else {
      this.update(this.chat);
    }
  }

  setUnread(count) {
    this.unread = count;
    const badge = count ? [element("span", { className: "badge" }, String(count))] : [];
    this.tab.replaceChildren(element("span", { dir: "auto" }, this.chat.title), ...badge);
    this.node.classList.toggle("unread", count > 0 && this.visible());
  }

  visible() {
    return this.node.offsetParent !== null;
  }

  atEnd() {
    const { list } = this.parts;
    return list.scrollHeight - list.scrollTop - list.clientHeight < 80;
  }

  scrollToEnd() {
    this.parts.list.scrollTop = this.parts.list.scrollHeight;
  }
}

function show(panel) {
  for (const other of chats.values()) {
    other.node.classList.toggle("current", other === panel);
    other.tab.setAttribute("aria-selected", String(other === panel));
  }
  panel.setUnread(0);
  panel.scrollToEnd();
}

function panelOf(chat) {
  let panel = chats.get(chat.id);
  if (panel) {
    panel.update(chat);
    return panel;
  }
  panel = new ChatPanel(chat);
  chats.set(chat.id, panel);
  panel.showCommands();
  main.append(panel.node);
  tabs.append(panel.tab);
  if (chats.size === 1) show(panel);
  return panel;
}

function setCommands(list) {
  commands = list;
  for (const panel of chats.values()) panel.showCommands();
}

function showAnswer(answer) {
  const panel = chats.get(answer.chat_id);
  panel?.setBusy(answer.message_id, null, false);
  if (!panel || !answer.text) return;
  if (!answer.alert) {
    panel.toast(answer.text);
    return;
  }
  document.querySelector("#alert-text").textContent = answer.text;
  document.querySelector("dialog").showModal();
}

function fillWords(root) {
  for (const node of root.querySelectorAll("[data-text]")) node.textContent = text[node.dataset.text];
  for (const node of root.querySelectorAll("[data-label]")) node.setAttribute("aria-label", text[node.dataset.label]);
}

const onChange = {
  snapshot(state) {
    setCommands(state.commands);
    for (const chat of state.chats) panelOf(chat).replaceAll(chat.messages);
    for (const [id, panel] of chats) {
      if (state.chats.some((chat) => chat.id === id)) continue;
      panel.node.remove();
      panel.tab.remove();
      chats.delete(id);
    }
  },
  chat: panelOf,
  message: (message) => chats.get(message.chat_id)?.put(message),
  edited: (message) => chats.get(message.chat_id)?.put(message),
  deleted: ({ chat_id, id }) => chats.get(chat_id)?.remove(id),
  answer: showAnswer,
  commands: (change) => setCommands(change.commands),
  action: ({ chat_id, action }) => action === "typing" && chats.get(chat_id)?.setTyping(true),
};

function connect() {
  const stream = new EventSource("/local/events");
  const offline = document.querySelector(".offline");
  stream.onopen = () => { offline.hidden = true; };
  stream.onerror = () => { offline.hidden = false; };
  for (const [kind, handle] of Object.entries(onChange)) {
    stream.addEventListener(kind, (event) => handle(JSON.parse(event.data)));
  }
}

document.documentElement.lang = language;
document.documentElement.dir = language === "ar" ? "rtl" : "ltr";
document.title = text.title;
document.querySelector(".language").href = language === "ar" ? "?lang=en" : "?";
fillWords(document);
connect();
