// A message as DOM nodes. Foreign text only ever becomes a text node; elements come from the list below.

import { text as words, timeOf } from "./strings.js";

const ELEMENTS = {
  bold: "strong",
  italic: "em",
  underline: "u",
  strikethrough: "s",
  code: "code",
  pre: "pre",
  blockquote: "blockquote",
  expandable_blockquote: "blockquote",
  spoiler: "span",
  hashtag: "span",
};

const ICONS = {
  silent: "M3 9v6h4l5 5V4L7 9H3zm12 .5 5 5m0-5-5 5",
  file: "M7 3h7l5 5v13H7zM14 3v5h5",
  place: "M12 21s-6-6-6-11a6 6 0 0 1 12 0c0 5-6 11-6 11zm0-9a2 2 0 1 0 0-4 2 2 0 0 0 0 4z",
};

export function element(name, properties = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key in node) node[key] = value;
    else node.setAttribute(key, value);
  }
  node.append(...children);
  return node;
}

/**
 * The list item of a message. `answered` is the message it replies to, if any; `act.press(data)`, `act.say(text)`
 * and `act.goTo(id)` are what its buttons, commands and quote do.
 */
export function renderMessage(message, { named, answered, act }) {
  const mine = !message.from.is_bot;
  const bubble = element("div", { className: "bubble" });
  if (named && mine) bubble.append(element("p", { className: "sender", dir: "auto" }, message.from.name));
  if (message.topic) bubble.append(element("p", { className: "topic" }, "# ", element("bdi", {}, message.topic)));
  if (answered) bubble.append(quote(answered, act));
  bubble.append(...attachments(message.attachment));
  if (message.text) {
    const body = element("div", { className: "text" });
    appendFormatted(body, message.text, message.entities, 0, message.text.length, act);
    bubble.append(body);
  }
  bubble.append(footer(message));
  const item = element("li", { className: mine ? "message mine" : "message" }, bubble);
  Object.assign(item.dataset, { message: message.id, from: mine ? "person" : "bot" });
  if (message.silent) item.dataset.silent = "";
  if (message.edited_at) item.dataset.edited = "";
  if (message.keyboard.length) item.append(keyboard(message.keyboard, act));
  return item;
}

/** The message that is answered: who said it and how it begins; pressing it goes there. */
function quote(answered, act) {
  const begin = element("span", { className: "begin", dir: "auto" }, answered.text);
  const node = element("button", { type: "button", className: "answered", onclick: () => act.goTo(answered.id) },
    element("b", { dir: "auto" }, answered.from.name), begin);
  node.dataset.answers = answered.id;
  return node;
}

/** Text between two UTF-16 offsets, with the entities that lie there, outer before inner. */
function appendFormatted(parent, text, entities, from, to, act) {
  let position = from;
  entities.forEach((entity, index) => {
    const end = Math.min(entity.offset + entity.length, to);
    if (entity.offset < position || end <= entity.offset) return;
    parent.append(text.slice(position, entity.offset));
    const node = entityNode(entity, text.slice(entity.offset, end), act);
    appendFormatted(node, text, entities.slice(index + 1), entity.offset, end, act);
    parent.append(node);
    position = end;
  });
  parent.append(text.slice(position, to));
}

function entityNode(entity, covered, act) {
  if (entity.type === "text_link" || entity.type === "url") return link(entity.url ?? covered);
  if (entity.type === "bot_command") {
    return element("button", { type: "button", className: "command", onclick: () => act.say(covered) });
  }
  const node = element(ELEMENTS[entity.type] ?? "span", { className: entity.type });
  if (entity.type === "spoiler") node.onclick = () => node.classList.add("shown");
  return node;
}

function link(address, properties = {}) {
  const safe = URL.canParse(address) && ["http:", "https:"].includes(new URL(address).protocol);
  if (!safe) return element("span", properties);
  return element("a", { ...properties, href: address, target: "_blank", rel: "noopener noreferrer" });
}

function keyboard(rows, act) {
  const grid = element("div", { className: "keyboard" });
  for (const row of rows) {
    grid.append(element("div", { className: "keys" }, ...row.map((button) => key(button, act))));
  }
  return grid;
}

function key(button, act) {
  const label = element("span", { dir: "auto" }, button.text);
  if (button.url) {
    const node = link(button.url, { className: "key url" });
    node.append(label);
    return node;
  }
  const node = element("button", { type: "button", className: "key" }, label);
  if (button.callback_data) {
    node.dataset.data = button.callback_data;
    node.onclick = () => act.press(button.callback_data);
  } else {
    node.disabled = true;
  }
  return node;
}

function attachments({ photo, document: file, venue, location: place }) {
  const nodes = [];
  if (photo) {
    const size = photo.at(-1);
    const source = `/local/files/${encodeURIComponent(size.file_id)}`;
    nodes.push(element("img", { src: source, alt: words.photo, width: size.width, height: size.height }));
  }
  if (file) {
    const name = element("span", { dir: "auto" }, file.file_name ?? words.document);
    const source = `/local/files/${encodeURIComponent(file.file_id)}`;
    nodes.push(element("a", { className: "card", href: source, download: file.file_name ?? "" }, icon("file"), name));
  }
  if (place) {
    const { latitude, longitude } = place;
    const map = link(`https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=13/${latitude}/${longitude}`);
    map.className = "card";
    map.append(icon("place"), element("span", { dir: "auto" }, venue ? venue.title : words.location));
    if (venue) map.append(element("small", { dir: "auto" }, venue.address));
    nodes.push(map);
  }
  return nodes;
}

/** A drawing of ours: emoji are not in every machine's fonts. */
function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

function footer(message) {
  const sent = new Date(message.sent_at);
  const foot = element("p", { className: "foot" });
  if (message.silent) foot.append(element("span", { title: words.silent, role: "img", "aria-label": words.silent }, icon("silent")));
  if (message.edited_at) foot.append(element("span", {}, words.edited));
  foot.append(element("time", { dateTime: message.sent_at }, timeOf(sent)));
  return foot;
}
